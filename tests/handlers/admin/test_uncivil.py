"""The list of uncivil words in the panel: added to and struck off on record, and tried (article 17)."""

from tests.house.office import Office

PATH = "/admin/uncivil"


async def test_a_word_is_added_and_struck_off_on_record(office: Office) -> None:
    desk, store = await office.desk("management"), office.town.stores.uncivil
    form = {"word": "Ｎａｕｇｈｔｙ·词", "change": "add"}
    assert (await desk.post(f"{PATH}/words", form | {"reason": " "})).status == 400
    assert (await desk.post(f"{PATH}/words", form | {"word": "!!", "reason": "x"})).status == 400
    assert (await desk.post(f"{PATH}/words", form | {"word": "词" * 21, "reason": "x"})).status == 400
    assert (await desk.post(f"{PATH}/words", form | {"reason": "投诉里常见"})).location == PATH
    assert "naughty词" in (await desk.get(PATH)).text
    held = await desk.post(f"{PATH}/try", {"text": "真 naughty-词 呀"})
    assert "会：其中有“naughty词”" in held.text
    assert "直接公开" in (await desk.post(f"{PATH}/try", {"text": "服务很好"})).text
    gone = form | {"change": "strike_off", "reason": "误伤"}
    assert (await desk.post(f"{PATH}/words", gone)).location == PATH
    assert "已移除（1）" in (await desk.get(PATH)).text
    assert "直接公开" in (await desk.post(f"{PATH}/try", {"text": "naughty词"})).text
    kept = await store.documents.find_one({"_id": "naughty词"})
    told = [(one["name"], one["actor"], one["data"]["reason"]) for one in kept["events"]]
    assert told == [
        ("uncivil.added", "staff:management", "投诉里常见"),
        ("uncivil.changed", "staff:management", "误伤"),
    ]


async def test_what_was_struck_off_is_not_learnt_again_from_the_data(office: Office) -> None:
    desk, store, by = await office.desk("management"), office.town.stores.uncivil, office.town.by()
    await store.learn(["甲乙丙"], by)
    fields = {"word": "甲乙丙", "change": "strike_off", "reason": "误伤"}
    assert (await desk.post(f"{PATH}/words", fields)).location == PATH
    assert await store.learn(["甲乙丙"], by) == 0
    assert (await store.filter()).found_in("甲乙丙") == []
