"""Senders that sign their body alone, and Adyen, who signs eight of its members."""

import Adyen.util
import pusher
import razorpay
from coinbase_commerce.webhook import Webhook as CoinbaseWebhook
from gocardless_pro import webhooks as gocardless
from linebot.v3.webhook import SignatureValidator as LineValidator

from messages import PAYMENTS, SECRET, TIME
from vector import CLICK, NOW, base64_of, compact, mac, package, post

HEX_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"


def body_alone(preset, header, payload, expect, verify, made_by, encode=bytes.hex, key=SECRET, secrets=(SECRET,), **rest):
    body = compact(payload)
    signature = encode(mac("sha256", key, body))
    assert verify(body, signature) is not False
    return post(preset, body, [[header, signature]], signature, secrets=list(secrets), verified_by=made_by,
                expect=expect, **rest)


def vectors():
    yield adyen()
    yield body_alone("razorpay", "x-razorpay-signature", PAYMENTS["razorpay"],
                     {"click_id": CLICK, "transaction_id": "pay_1", "event": "payment.captured", "payout": "12.50",
                      "currency": "INR", "event_time": TIME},
                     lambda body, signature: razorpay.Utility().verify_webhook_signature(body, signature, SECRET),
                     package("razorpay"))
    yield body_alone("gocardless", "webhook-signature", {"events": [{"id": "EV1"}]},
                     {"transaction_id": "EV1", "event": "conversion"},
                     lambda body, signature: gocardless.parse(body, SECRET, signature), package("gocardless_pro"),
                     params={"transaction_id": "/events/0/id"})
    yield body_alone("coinbase_commerce", "x-cc-webhook-signature", PAYMENTS["coinbase_commerce"],
                     {"click_id": CLICK, "transaction_id": "C0DE", "event": "charge:confirmed", "payout": "12.50",
                      "currency": "USD", "event_time": TIME},
                     lambda body, signature: CoinbaseWebhook.construct_event(body, signature, SECRET),
                     package("coinbase-commerce"))
    yield body_alone("line", "x-line-signature", {"destination": "U1", "events": [{"webhookEventId": "01A"}]},
                     {"transaction_id": "01A", "event": "conversion"}, LineValidator(SECRET).validate,
                     package("line-bot-sdk"), base64_of, params={"transaction_id": "/events/0/webhookEventId"})
    client = pusher.Pusher(app_id="1", key="k", secret=SECRET)
    yield body_alone("pusher", "x-pusher-signature", {"time_ms": NOW * 1000, "events": [{"name": "a", "channel": "c-1"}]},
                     {"transaction_id": "c-1", "event": "conversion", "event_time": TIME},
                     lambda body, signature: client.validate_webhook("k", signature, body) is not None,
                     package("pusher"), params={"transaction_id": "/events/0/channel", "event_time": "time_ms"},
                     signed_at=NOW, tolerance=300)
    yield body_alone("adyen_platform", "hmacsignature", PAYMENTS["adyen_platform"],
                     {"click_id": CLICK, "transaction_id": "T1", "event": "balancePlatform.transfer.updated"},
                     lambda body, signature: Adyen.util.is_valid_hmac_payload(signature, HEX_KEY, body.encode()),
                     package("Adyen"), base64_of, key=bytes.fromhex(HEX_KEY), secrets=[HEX_KEY])


def adyen():
    item = {"amount": {"currency": "EUR", "value": 1130}, "eventCode": "AUTHORISATION", "merchantAccountCode": "Account",
            "merchantReference": CLICK, "pspReference": "7914073381342284", "success": "true"}
    signature = Adyen.util.generate_notification_sig(item, HEX_KEY).decode()
    item["additionalData"] = {"hmacSignature": signature}
    body = compact({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]})
    return post("adyen", body, [], signature, secrets=[HEX_KEY], unsigned=["body"], made_by=package("Adyen"),
                changes=[["1130", "1131"], ["EUR", "USD"], [CLICK, CLICK[:-1]], ['"true"', '"false"'], ["Account", "Other"],
                         ["7914073381342284", "7914073381342285"], ["AUTHORISATION", "CAPTURE"]],
                expect={"click_id": CLICK, "transaction_id": "7914073381342284", "event": "AUTHORISATION",
                        "payout": "11.30", "currency": "EUR", "status": "approved"})
