"""Senders whose own package is on PyPI. Where it can sign, it does; where it only verifies, it verifies what is signed here.

Payloads are cut down to what is read of them."""

from datetime import datetime, timezone

import cloudinary
import cloudinary.utils
import nexmo
import paymentwall
import shopify
from box_sdk_gen.managers.webhooks import WebhooksManager
from plivo.utils import signature_v3 as plivo
from slack_sdk.signature import SignatureVerifier
from square.utils.webhooks_helper import verify_signature as verify_square
from standardwebhooks import Webhook as StandardWebhook
from stripe import Webhook as StripeWebhook, WebhookSignature
from svix.webhooks import Webhook as SvixWebhook
from twilio.request_validator import RequestValidator
from workos.webhooks._verification import verify_header as verify_workos

from messages import SECRET, TIME
from vector import BASE_URL, CLICK, NOW, PATH, base64_of, compact, get, mac, package, post, query

WHSEC = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
FORM = "application/x-www-form-urlencoded"


def standard(preset, webhook, prefix, made_by):
    body = compact({"type": "sale", "timestamp": TIME, "data": {"id": "ord_1", "click_id": CLICK}})
    written = webhook(WHSEC).sign("msg_1", datetime.fromtimestamp(NOW, timezone.utc), body)
    signature = written.removeprefix("v1,")
    headers = {f"{prefix}-id": "msg_1", f"{prefix}-timestamp": str(NOW), f"{prefix}-signature": f"v1a,c2hvcnQ= {written}"}
    webhook(WHSEC).verify(body, headers)
    expect = {"click_id": CLICK, "transaction_id": "ord_1", "event": "sale"}
    if preset == "standardwebhooks":
        expect["event_time"] = TIME
    return post(preset, body, headers.items(), signature, secrets=[WHSEC], signed_at=NOW, tolerance=300,
                changes=[["msg_1", "msg_2"], [str(NOW), str(NOW + 1)], ["v1,", "v2,"]], made_by=made_by, expect=expect)


def stripe(name, currency, payout):
    body = compact({"id": "evt_1", "type": "checkout.session.completed", "created": NOW, "data": {"object": {
        "id": "cs_1", "client_reference_id": CLICK, "payment_status": "paid", "amount_total": 1250, "currency": currency}}})
    signature = WebhookSignature._compute_signature(f"{NOW}.{body}", SECRET)
    header = f"t={NOW},v1={'0' * 64},v1={signature},v0=abc"
    StripeWebhook.construct_event(body, header, SECRET)
    return post("stripe", body, [["stripe-signature", header]], signature, secrets=[SECRET], signed_at=NOW, tolerance=300,
                changes=[[f"t={NOW}", f"t={NOW + 1}"], ["v1=", "v0="]], made_by=package("stripe"), name=name,
                expect={"click_id": CLICK, "transaction_id": "cs_1", "event": "checkout.session.completed",
                        "status": "approved", "payout": payout, "currency": currency.upper(), "event_time": TIME})


def slack():
    body = compact({"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_mention"}})
    written = SignatureVerifier(SECRET).generate_signature(timestamp=str(NOW), body=body)
    headers = {"x-slack-request-timestamp": str(NOW), "x-slack-signature": written}
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)
    return post("slack", body, headers.items(), written.removeprefix("v0="), secrets=[SECRET], signed_at=NOW, tolerance=300,
                changes=[[str(NOW), str(NOW + 1)], ["v0=", "v1="]], made_by=package("slack_sdk"),
                expect={"transaction_id": "Ev1", "event": "app_mention"})


def twilio():
    params = {"MessageSid": "SM0123456789abcdef0123456789abcdef", "Body": "é + ü", "From": "+14158675309"}
    target = f"{PATH}?click_id={CLICK}"
    signature = RequestValidator(SECRET).compute_signature(BASE_URL + target, params)
    return post("twilio", query(params, plus=True), [["x-twilio-signature", signature]], signature, target=target,
                content_type=FORM, secrets=[SECRET], base_url=BASE_URL, made_by=package("twilio"),
                expect={"click_id": CLICK, "transaction_id": params["MessageSid"], "event": "conversion"})


def shopify_oauth():
    shopify.Session.setup(secret=SECRET)
    params = {"code": "c0de", "shop": "some-shop.myshopify.com", "state": CLICK, "timestamp": str(NOW)}
    signature = shopify.Session.calculate_hmac(params)
    assert shopify.Session.validate_params({**params, "hmac": signature})
    return get("shopify_oauth", params, "hmac", signature, secrets=[SECRET], signed_at=NOW, tolerance=90,
               made_by=package("ShopifyAPI"),
               expect={"click_id": CLICK, "transaction_id": "some-shop.myshopify.com", "event": "install"})


def square():
    body = compact({"type": "payment.updated", "created_at": TIME, "data": {"id": "pay_1", "object": {"payment": {
        "reference_id": CLICK, "amount_money": {"amount": 1250, "currency": "USD"}}}}})
    signature = base64_of(mac("sha256", SECRET, BASE_URL + PATH + body))
    assert verify_square(request_body=body, signature_header=signature, signature_key=SECRET,
                         notification_url=BASE_URL + PATH)
    return post("square", body, [["x-square-hmacsha256-signature", signature]], signature, secrets=[SECRET],
                base_url=BASE_URL, verified_by=package("squareup"),
                expect={"click_id": CLICK, "transaction_id": "pay_1", "event": "payment.updated", "payout": "12.50",
                        "currency": "USD", "event_time": TIME})


def box():
    body = compact({"id": "d-1", "trigger": "FILE.UPLOADED", "created_at": "2023-11-14T14:13:20-08:00"})
    at = "2023-11-14T14:13:20-08:00"
    signature = base64_of(mac("sha256", SECRET, body + at))
    headers = {"box-delivery-timestamp": at, "box-signature-secondary": signature, "box-signature-version": "1",
               "box-signature-algorithm": "HmacSHA256"}
    assert WebhooksManager.validate_message(body, headers, "another-key", secondary_key=SECRET)
    return post("box", body, headers.items(), signature, secrets=["another-k3y", SECRET], signed_at=NOW, tolerance=600,
                changes=[["14:13:20", "14:13:19"]], verified_by=package("boxsdk"),
                expect={"transaction_id": "d-1", "event": "FILE.UPLOADED", "event_time": TIME})


def plivo_v3_get():
    params = {"MessageUUID": "m-1", "From": "1415", "click_id": CLICK}
    nonce = "n-1"
    signature = plivo.get_signature_v3(SECRET, plivo.construct_get_url(f"{BASE_URL}{PATH}?{query(params)}", {}), nonce)
    signature = signature.decode() if isinstance(signature, bytes) else signature
    headers = [["x-plivo-signature-v3-nonce", nonce], ["x-plivo-signature-v3", f"c2hvcnQ=,{signature}"]]
    return get("plivo_v3_get", params, signature=signature, headers=headers, secrets=[SECRET], base_url=BASE_URL,
               changes=[[nonce, "n-2"]], made_by=package("plivo"),
               expect={"click_id": CLICK, "transaction_id": "m-1", "event": "conversion"})


def workos():
    body = compact({"id": "event_1", "event": "user.created", "created_at": TIME, "data": {"id": "user_1"}})
    signature = mac("sha256", SECRET, f"{NOW * 1000}.{body}").hex()
    header = f"t={NOW * 1000}, v1={signature}"
    verify_workos(event_body=body.encode(), event_signature=header, secret=SECRET)
    return post("workos", body, [["workos-signature", header]], signature, secrets=[SECRET], signed_at=NOW, tolerance=180,
                changes=[[f"t={NOW}", f"t={NOW + 1}"]], verified_by=package("workos"),
                expect={"transaction_id": "user_1", "event": "user.created", "event_time": TIME})


def cloudinary_with(preset, algorithm):
    cloudinary.config(api_secret=SECRET, signature_algorithm=algorithm)
    body = compact({"notification_type": "upload", "asset_id": "a-1"})
    signature = cloudinary.utils.compute_hex_hash(f"{body}{NOW}{SECRET}", algorithm)
    assert cloudinary.utils.verify_notification_signature(body, NOW, signature)
    return post(preset, body, [["x-cld-timestamp", str(NOW)], ["x-cld-signature", signature]], signature, secrets=[SECRET],
                signed_at=NOW, tolerance=7200, changes=[[str(NOW), str(NOW + 1)]], made_by=package("cloudinary"),
                expect={"transaction_id": "a-1", "event": "upload"})


def vonage(preset, method):
    client = nexmo.Client(key="k", secret="s", signature_secret=SECRET, signature_method=method)
    params = {"messageId": "M1", "client-ref": CLICK, "text": "a&b=c é", "timestamp": str(NOW)}
    signature = client.signature(dict(params))
    assert client.check_signature({**params, "sig": signature.upper()})
    return get(preset, params, "sig", signature.upper(), secrets=[SECRET], signed_at=NOW, tolerance=300,
               made_by=package("nexmo"), expect={"click_id": CLICK, "transaction_id": "M1", "event": "conversion"})


def paymentwall_version(number):
    paymentwall.Paymentwall.set_api_type(paymentwall.Paymentwall.API_VC)
    paymentwall.Paymentwall.set_secret_key(SECRET)
    params = {"uid": CLICK, "currency": "25", "type": "0", "ref": "b-1"}
    others = {} if number == 1 else {"sign_version": str(number), "is_test": "1"}
    pingback = paymentwall.Pingback(params | others, "174.36.92.186")
    signature = pingback.calculate_signature(params | others, SECRET, number)
    pingback.parameters = {**params, **others, "sig": signature}
    assert pingback.validate(), pingback.get_error_summary()
    unsigned = {"is_test": "1"} if number == 1 else {}
    return get(f"paymentwall_v{number}", params | others | unsigned, "sig", signature, secrets=[SECRET],
               unsigned=list(unsigned), made_by=package("paymentwall-python"),
               expect={"click_id": CLICK, "transaction_id": "b-1", "event": "conversion", "payout": "25",
                       "status": "approved"})


def vectors():
    yield standard("standardwebhooks", StandardWebhook, "webhook", package("standardwebhooks"))
    yield standard("svix", SvixWebhook, "svix", package("svix"))
    # A yen has no minor unit.
    yield from (stripe("", "usd", "12.50"), stripe("yen", "jpy", "1250"))
    yield from (slack(), twilio(), shopify_oauth(), square(), box())
    yield from (plivo_v3_get(), workos())
    yield from (cloudinary_with("cloudinary", "sha1"), cloudinary_with("cloudinary_sha256", "sha256"))
    methods = {"vonage_md5": None, "vonage_hmac_md5": "md5", "vonage_sha1": "sha1", "vonage_sha256": "sha256",
               "vonage_sha512": "sha512"}
    yield from (vonage(preset, method) for preset, method in methods.items())
    yield from map(paymentwall_version, (1, 2, 3))
