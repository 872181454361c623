"""wechatpy in Flask, as its documentation shows it, which answers every text with a constant."""

import os

from flask import Flask, Response, abort, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

TOKEN, WORDS = os.environ["TOKEN"], "答" * int(os.environ["CHARACTERS"])
crypto = WeChatCrypto(TOKEN, os.environ["AES_KEY"], os.environ["APPID"])
app = Flask(__name__)


def callback() -> Response:
    stamp, nonce = request.args["timestamp"], request.args["nonce"]
    try:
        check_signature(TOKEN, request.args["signature"], stamp, nonce)
        xml = crypto.decrypt_message(request.get_data(), request.args["msg_signature"], stamp, nonce)
    except (InvalidSignatureException, InvalidAppIdException):
        abort(403)
    reply = create_reply(WORDS, parse_message(xml)).render()
    return Response(crypto.encrypt_message(reply, nonce, stamp), mimetype="application/xml")


app.add_url_rule("/wechat/callback", view_func=callback, methods=["POST"])
