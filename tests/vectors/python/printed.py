"""Signatures that vendors print in their documentation. They are compared with what is computed here, never taken over."""

import hashlib
from urllib.parse import urlencode

from vector import base64_of, get, mac, post

PRINTED = "the vendor's documentation"


def same(printed, computed):
    assert printed == computed, f"{printed} is not {computed}"
    return printed


def unity_ads():
    params = {"productid": "1234", "sid": "1234567890", "oid": "0987654321"}
    computed = mac("md5", "xyzKEY", "oid=0987654321,productid=1234,sid=1234567890").hex()
    return get("unity_ads", params, "hmac", same("106ed4300f91145aff6378a355fced73", computed), secrets=["xyzKEY"],
               path="/", expect={"click_id": "1234567890", "transaction_id": "0987654321", "event": "conversion"})


def bitlabs():
    params = {"uid": "8cc877ee-af19-488d-b28d-216fb866b996", "val": "500"}
    url = f"https://publisher.com/complete?{urlencode(params)}"
    computed = mac("sha1", "JLOIAUNMHFli7ZJOQVEzm98rzqnm9", url).hex()
    return get("bitlabs", params, "hash", same("dbcd6bb8ca677344592842a52b4fca9bec36cd4b", computed),
               secrets=["JLOIAUNMHFli7ZJOQVEzm98rzqnm9"], base_url="https://publisher.com", path="/complete",
               params={"click_id": "uid", "payout": "val"},
               expect={"click_id": params["uid"], "payout": "500", "currency": "USD", "event": "conversion",
                       "dedupe": "click_event"})


def github():
    # The body is no JSON: it is read as a form with one name.
    computed = mac("sha256", "It's a Secret to Everybody", "Hello, World!").hex()
    printed = same("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", computed)
    return post("github", "Hello, World!", [["x-hub-signature-256", f"sha256={printed}"]], printed,
                content_type="application/x-www-form-urlencoded", secrets=["It's a Secret to Everybody"],
                expect={"refused": "missing_id"})


def slack():
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    secret, at = "8f742231b10e8888abcd99yyyzzz85a5", 1531420618
    computed = mac("sha256", secret, f"v0:{at}:{body}").hex()
    printed = same("a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503", computed)
    headers = [["x-slack-request-timestamp", str(at)], ["x-slack-signature", f"v0={printed}"]]
    return post("slack", body, headers, printed, content_type="application/x-www-form-urlencoded", secrets=[secret],
                now=at, signed_at=at, tolerance=300, changes=[[str(at), str(at + 1)]],
                expect={"transaction_id": "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
                        "event": "/webhook-collect", "user_id": "U2CERLKJA"})


def twilio():
    params = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
              "To": "+18005551212"}
    row = "".join(name + params[name] for name in sorted(params))
    computed = base64_of(mac("sha1", "12345", "https://mycompany.com/myapp.php?foo=1&bar=2" + row))
    printed = same("RSOYDt4T1cUTdK1PDd93/VVr8B8=", computed)
    return post("twilio", urlencode(params), [["x-twilio-signature", printed]], printed, secrets=["12345"],
                target="/myapp.php?foo=1&bar=2", content_type="application/x-www-form-urlencoded",
                base_url="https://mycompany.com",
                expect={"transaction_id": "CA1234567890ABCDE", "event": "conversion"})


def svix(secret, at, message, body, printed):
    import base64

    computed = base64_of(mac("sha256", base64.b64decode(secret), f"{message}.{at}.{body}"))
    headers = [["svix-id", message], ["svix-timestamp", str(at)], ["svix-signature", f"v1,{same(printed, computed)}"]]
    return post("svix", body, headers, printed, secrets=[f"whsec_{secret}"], now=at, signed_at=at, tolerance=300,
                changes=[[message, message[:-1]], [str(at), str(at + 1)]], name=message,
                expect={"refused": "missing_id"})


def adyen():
    # What the vendor's libraries test with; the signed row is printed in its documentation.
    key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
    row = "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true"
    printed = same("coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=", base64_of(mac("sha256", bytes.fromhex(key), row)))
    body = (
        '{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"'
        + printed
        + '"},"amount":{"value":1130,"currency":"EUR"},"pspReference":"7914073381342284","eventCode":"AUTHORISATION",'
        '"eventDate":"2019-05-06T17:15:34.121+02:00","merchantAccountCode":"TestMerchant","operations":["CANCEL"],'
        '"merchantReference":"TestPayment-1407325143704","paymentMethod":"visa","success":"true"}}]}'
    )
    return post("adyen", body, [], printed, secrets=[key], unsigned=["body"],
                changes=[["1130", "1131"], ["EUR", "USD"], ["7914073381342284", "7914073381342285"], ['"true"', '"false"'],
                         ["1407325143704", "1407325143705"], ["AUTHORISATION", "CAPTURE"], ["TestMerchant", "Merchant"]],
                expect={"click_id": "TestPayment-1407325143704", "transaction_id": "7914073381342284", "payout": "11.30",
                        "currency": "EUR", "event": "AUTHORISATION", "status": "approved"})


def hubspot_v2():
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    computed = hashlib.sha256(f"{secret}GEThttps://www.example.com/webhook_uri".encode()).hexdigest()
    printed = same("eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e", computed)
    headers = [["x-hubspot-signature-version", "v2"], ["x-hubspot-signature", printed]]
    vector = get("hubspot_v2", {}, signature=printed, headers=headers, secrets=[secret], path="/webhook_uri",
                 base_url="https://www.example.com", expect={"refused": "missing_id"})
    return {**vector, "target": "/webhook_uri"}


def vectors():
    made = [
        unity_ads(), bitlabs(), github(), slack(), twilio(),
        svix("plJ3nmyCDGBKInavdOK15jsl", 1731705121, "msg_loFOjxBNrRLzqYUf",
             '{"event_type":"ping","data":{"success":true}}', "rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="),
        svix("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1614265330, "msg_p5jXN8AQM9LWM0D4loKWxJek",
             '{"test": 2432232314}', "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        adyen(), hubspot_v2(),
    ]
    return [{**vector, "made_by": PRINTED, "verified_by": "hmac and hashlib of Python"} for vector in made]
