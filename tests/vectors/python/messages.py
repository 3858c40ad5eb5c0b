"""Payloads of payment providers, cut down to what is read of them, and webhooks of senders without a package that signs."""

from vector import CLICK, NOW, compact, mac, post

TIME = "2023-11-14T22:13:20Z"
SECRET = "s3cret-0f-the-endpoint"

PAYMENTS = {
    "razorpay": {
        "entity": "event", "event": "payment.captured", "created_at": NOW,
        "payload": {"payment": {"entity": {"id": "pay_1", "amount": 1250, "currency": "INR", "notes": {"click_id": CLICK}}}},
    },
    "coinbase_commerce": {
        "id": "1", "event": {
            "id": "e-1", "resource": "event", "type": "charge:confirmed", "created_at": TIME, "api_version": "2018-03-22",
            "data": {"code": "C0DE", "metadata": {"click_id": CLICK},
                     "pricing": {"local": {"amount": "12.50", "currency": "USD"}}},
        },
    },
    "adyen_platform": {"type": "balancePlatform.transfer.updated", "data": {"id": "T1", "reference": CLICK}},
}


def mailgun():
    token = "0123456789abcdef0123456789abcdef0123456789abcdef01"
    signature = mac("sha256", SECRET, f"{NOW}{token}").hex()
    body = compact({"signature": {"timestamp": str(NOW), "token": token, "signature": signature},
                    "event-data": {"event": "delivered", "click_id": CLICK}})
    return post("mailgun", body, [], signature, secrets=[SECRET], unsigned=["body"],
                changes=[[token, token[:-1] + "2"], [f'"{NOW}"', f'"{NOW + 1}"']],
                expect={"transaction_id": token, "event": "conversion", "event_time": TIME})


def gitlab():
    body = compact({"object_kind": "issue", "object_attributes": {"id": 301}})
    return post("gitlab", body, [["x-gitlab-token", SECRET]], SECRET, secrets=[SECRET], made_by="the secret itself",
                unsigned=["body"], expect={"transaction_id": "301", "event": "issue"})


def vectors():
    yield from (mailgun(), gitlab())
