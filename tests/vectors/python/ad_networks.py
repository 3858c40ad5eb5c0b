"""Ad networks and offerwalls: what their pages or integrations say, signed with the standard library."""

from vector import BASE_URL, CLICK, PATH, base64_of, compact, digest, get, mac, post, query

SECRET = "s3cret-0f-the-network"
SECRETS = [SECRET]


def fields(transaction, **more):
    return {"click_id": CLICK, "transaction_id": transaction, "event": "conversion", **more}


def signed_url(preset, algorithm, at, encode):
    """Senders that sign the whole URL before they append the signature."""
    params = {"click_id": CLICK, "transaction_id": "tx 1/é", "payout": "0.75"}
    url = f"{BASE_URL}{PATH}?{query(params)}"
    signature = encode(mac(algorithm, SECRET, url))
    return get(preset, params, at, signature, secrets=SECRETS, base_url=BASE_URL,
               expect=fields("tx 1/é", payout="0.75", **({"currency": "USD"} if preset == "bitlabs" else {})))


def unity_ads():
    params = {"sid": CLICK, "productid": "1234", "oid": "0987654321"}
    row = ",".join(f"{key}={params[key]}" for key in sorted(params))
    return get("unity_ads", params, "hmac", mac("md5", SECRET, row).hex(), secrets=SECRETS, expect=fields("0987654321"))


def ironsource():
    params = {"userId": CLICK, "rewards": "50", "eventId": "e-1", "timestamp": "202311142213"}
    text = f"{params['timestamp']}{params['eventId']}{params['userId']}{params['rewards']}{SECRET}"
    return get("ironsource", {**params, "itemName": "coins"}, "signature", digest("md5", text), secrets=SECRETS,
               unsigned=["itemName"], expect=fields("e-1", payout="50"))


def tapjoy():
    params = {"id": "t-1", "snuid": CLICK, "currency": "50"}
    text = f"{params['id']}:{params['snuid']}:{params['currency']}:{SECRET}"
    return get("tapjoy", {**params, "mac_address": "0"}, "verifier", digest("md5", text), secrets=SECRETS,
               unsigned=["mac_address"], expect=fields("t-1", payout="50"))


def applovin_max():
    event = "8dc948013d71f0b226e088dc948013d71fb226e0"
    return get("applovin_max", {"event_id": event, "click_id": CLICK, "payout": "9"}, "event_token",
               digest("sha1", event + SECRET), secrets=SECRETS, unsigned=["click_id", "payout"],
               expect={"transaction_id": event, "event": "conversion"})


def fyber():
    params = {"uid": CLICK, "amount": "20", "_trans_id_": "tx-9", "pub0": "a b", "pub1": "é"}
    return get("fyber", {"currency_name": "Coins", **params}, "sid", digest("sha1", SECRET + "".join(params.values())),
               plus=True, secrets=SECRETS, unsigned=["currency_name"], expect=fields("tx-9", payout="20"))


def pollfish():
    params = {"timestamp": "1463152452308", "device_id": "my-device-id", "cpa": "30", "click_id": CLICK,
              "request_uuid": "", "status": "eligible", "term_reason": "", "tx_id": "08f31d41d800cc7a"}
    row = ":".join(params[name] for name in sorted(params) if name != "request_uuid")
    return get("pollfish", {**params, "debug": "false"}, "signature", base64_of(mac("sha1", SECRET, row)),
               secrets=SECRETS, unsigned=["debug", "request_uuid"],
               expect=fields("08f31d41d800cc7a", status="approved", payout="0.30", currency="USD", device_id="my-device-id",
                             event_time="2016-05-13T15:14:12.308Z"))


def adgem_v3():
    body = compact({"click_id": CLICK, "transaction_id": "tx-1", "payout": "1.25", "timestamp": 1700000000})
    signature = mac("sha256", SECRET, body).hex()
    return post("adgem_v3", body, [["signature", signature]], signature, secrets=SECRETS,
                expect=fields("tx-1", payout="1.25"))


def ayet():
    params = {"transaction_id": "tx~1*", "click_id": CLICK, "payout": "1.2", "offer_name": "Été d'or (a b)"}
    # PHP's http_build_query: as a form, and ~ is encoded.
    row = query(dict(sorted(params.items())), plus=True).replace("~", "%7E")
    signature = mac("sha256", SECRET, row).hex()
    return get("ayet", params, signature=signature, headers=[["x-ayetstudios-security-hash", signature]],
               secrets=SECRETS, expect=fields("tx~1*", payout="1.2"))


def cpx():
    return get("cpx", {"status": "1", "trans_id": "t-5", "user_id": CLICK, "amount_usd": "0.6"}, "hash",
               digest("md5", f"t-5-{SECRET}"), secrets=SECRETS, unsigned=["status", "user_id", "amount_usd"],
               expect={"transaction_id": "t-5", "event": "conversion"})


def pubscale():
    params = {"user_id": CLICK, "value": "12.75", "token": "tok-1"}
    return get("pubscale", params, "signature", digest("md5", f"{SECRET}.{CLICK}.12.tok-1"), secrets=SECRETS,
               unsigned=["value"], changes=[["value=12", "value=13"]], expect=fields("tok-1", user_id=CLICK))


def sparkwall():
    params = {"user_id": CLICK, "transaction_id": "tx-3", "payout": "0.50"}
    return get("sparkwall", {**params, "amount": "50", "status": "2"}, "signature",
               digest("md5", "".join(params.values()) + SECRET), secrets=SECRETS, unsigned=["amount", "status"],
               expect=fields("tx-3", payout="0.50", currency="USD", user_id=CLICK))


def torox():
    return get("torox", {"oid": "o-1", "user_id": CLICK, "amount": "10"}, "sig", digest("md5", f"o-1-{CLICK}-{SECRET}"),
               secrets=SECRETS, unsigned=["amount"], expect=fields("o-1", user_id=CLICK, dedupe="click_transaction"))


def superrewards():
    return get("superrewards", {"id": "sr-1", "new": "15", "total": "99", "uid": CLICK, "oid": "7"}, "sig",
               digest("md5", f"sr-1:15:{CLICK}:{SECRET}"), secrets=SECRETS, unsigned=["total", "oid"],
               expect=fields("sr-1", payout="15"))


def rs_traffic():
    params = {"clickid": CLICK, "event": "ftd", "status": "approved", "amount": "50.00", "currency": "USD"}
    return get("rs_traffic", params, "sign", mac("sha256", SECRET, query(params)).hex(), secrets=SECRETS,
               expect={"click_id": CLICK, "event": "ftd", "status": "approved", "payout": "50.00", "currency": "USD",
                       "dedupe": "click_event"})


def dub():
    body = compact({"id": "evt_1", "event": "sale.created", "data": {"click": {"id": CLICK}}})
    signature = mac("sha256", SECRET, body).hex()
    return post("dub", body, [["dub-signature", signature]], signature, secrets=SECRETS,
                expect=fields("evt_1") | {"event": "sale.created"})


def monlix():
    params = {"click_id": CLICK, "transaction_id": "tx-1", "payout": "0.4"}
    return get("monlix", params, "secretKey", SECRET, secrets=SECRETS, made_by="the secret itself",
               unsigned=list(params), expect=fields("tx-1", payout="0.4"))


def tyrads():
    params = {"click_id": CLICK, "transaction_id": "tx-1", "payout": "0.4", "timestamp": "1700000000"}
    return get("tyrads", params, secrets=[], made_by="the address alone", unsigned=list(params),
               expect=fields("tx-1", payout="0.4"))


def vectors():
    yield from (unity_ads(), ironsource(), tapjoy(), applovin_max(), fyber(), pollfish())
    yield signed_url("bitlabs", "sha1", "hash", bytes.hex)
    yield signed_url("theoremreach", "sha1", "hash", lambda raw: base64_of(raw).translate(URL_SAFE).rstrip("="))
    yield signed_url("adgem_v2", "sha256", "verifier", bytes.hex)
    yield from (adgem_v3(), ayet(), cpx(), pubscale(), sparkwall(), torox(), superrewards(), rs_traffic(), dub(),
                monlix(), tyrads())


URL_SAFE = str.maketrans("+/", "-_")
