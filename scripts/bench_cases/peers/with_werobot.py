"""WeRoBot on Tornado, which answers every text with a constant: `with_werobot.py PORT`."""

import os
import sys

from tornado.ioloop import IOLoop
from tornado.web import Application
from werobot import WeRoBot
from werobot.contrib.tornado import make_handler

WORDS = "答" * int(os.environ["CHARACTERS"])
robot = WeRoBot(
    token=os.environ["TOKEN"],
    app_id=os.environ["APPID"],
    encoding_aes_key=os.environ["AES_KEY"],
)
robot.config["SESSION_STORAGE"] = False


def answer() -> str:
    return WORDS


robot.text(answer)

if __name__ == "__main__":
    routes = [("/wechat/callback", make_handler(robot))]
    Application(routes, log_function=lambda _handler: None).listen(int(sys.argv[1]), "127.0.0.1")
    IOLoop.current().start()
