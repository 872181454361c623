"""The one builder of test worlds: what a test is about it says itself, everything else is made up here.

A `House` is all stores over a database of the module's own, with verbs for whatever a test needs to be there:

    party = await house.applicant("陈建国")                     a person, bound to an account
    found = await house.application(State.ACCEPTED, party=party)  an application, in any state
    booked = await house.booking(party)                           an appointment
    member = await house.member("approver")                       one of staff, of `staff.POSTS`
    await house.publish(plain_guide(2, visits=1))                 a guide in force
    await house.desk(party).withdraw(found["_id"])                what its applicant does
    await house.staff.approve(found["_id"])                       what staff do

Documents are made through the models alone, so that there is none that the service could not have made. Where
a test shows what a broken, old or foreign document does, it writes that one itself.

| for | is |
|---|---|
| `database` | the run's MongoDB (or `PANYU_TEST_MONGO_URI`), and a fresh database in it |
| `clock` | a clock that stands still, and causes |
| `stores` | all stores over a database; emptying them |
| `outside` | the register of names, WeChat's sign-in, an inspector of files that takes all |
| `people` | numbers with their check digits, phones, names |
| `staff` | the members that tests know by name |
| `guides`, `places` | guides (`plain`, `form`, `rich`, `api`) and halls, with what a test wants different |
| `house`, `desk` | the house itself; both sides of the counter |

What stands on a house, over real HTTP:

| for | is | fixture |
|---|---|---|
| `town`, `browser` | the citizens' pages, the panel and the kiosk, and a small browser | `town` |
| `applying` | applications through those pages | |
| `office` | members of staff at the panel | `office` |
| `api` | the API, the simulator outside, and a client that checks what is declared | `api` |
| `wechat` | WeChat calling us, over a database that can be made to hang | `peer` of tests/handlers/chat |
| `worker`, `platforms` | a worker with gateways; the platforms, which record all | `world`, `simulated` |
| `settings` | the settings of a service whose outside is a peer | |
| `peer`, `server` | a peer that answers as it is told; an application on a free port | `peer` of gateways |
| `replica_set` | three real members of MongoDB, to lose one | `trio` |
"""
