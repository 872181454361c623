"""Department codes whose inner check holds, and guides without the pieces that a search no longer asks for.

Characters 9 to 17 of a department's code (USCC) are an organization code, whose last character checks the
others (GB 11714). Of nineteen departments it did not, though the check of the whole code held. A code of a
department is the beginning of the codes of its items, and so of keys of guides, of claims of appointments and
of more. Guides kept `grams`, with three indexes of the old search.
"""

from wechat_backend.database.migrations.steps import Change, DropIndex, Migration, Rename

CODES = {
    "11440113007512300N": "11440113007512308F",
    "11440113007512317D": "11440113007512316A",
    "114401130075123346": "114401130075123320",
    "11440113007512351Y": "11440113007512359P",
    "11440113007512368M": "11440113007512367J",
    "11440113007512385E": "114401130075123838",
    "11440113007512402J": "11440113007512404Q",
    "114401130075124199": "11440113007512412K",
    "114401130075124362": "11440113007512439B",
    "11440113007512453T": "114401130075124551",
    "11440113007512470K": "11440113007512471N",
    "11440113007512487A": "1144011300751248XE",
    "11440113007512504E": "114401130075125002",
    "114401130075125217": "11440113007512527R",
    "11440113007512538X": "11440113007512535L",
    "11440113007512555N": "11440113007512551A",
    "11440113007512572F": "114401130075125782",
    "114401130075125896": "11440113007512586W",
    "11440113007512606A": "11440113007512607D",
}
"""Old → new."""

MIGRATION = Migration(
    7,
    "department codes with a right inner check, guides without pieces",
    [
        Rename(CODES),
        Change("guides", {"grams": {"$exists": True}}, lambda _: {"$unset": {"grams": ""}}),
        DropIndex("guides", "search", {"key": {"state": 1, "grams": 1}}),
        DropIndex("guides", "topic", {"key": {"state": 1, "topics": 1, "name": 1}}),
        DropIndex("guides", "department", {"key": {"state": 1, "department": 1, "name": 1}}),
    ],
)
