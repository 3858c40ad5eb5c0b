// Senders whose own package is on npm. Where it can sign, it does; where it only verifies, it verifies what is signed here.
// Payloads are cut down to what is read of them.

import { Signature } from "@hubspot/api-client/lib/src/utils/signature.js";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import { sign as signGithub, verify as verifyGithub } from "@octokit/webhooks-methods";
import { Environment, Paddle } from "@paddle/paddle-node-sdk";
import { encodeSignatureHeader as signSanity, isValidSignature as verifySanity } from "@sanity/webhook";
import "@shopify/shopify-api/adapters/node";
import { ApiVersion, shopifyApi } from "@shopify/shopify-api";
import { generateSHA256PostbackHash } from "lootably-postback-hash";
import { WebflowClient } from "webflow-api";

import { BASE_URL, CLICK, NOW, PATH, SECRET, check, get, mac, packageOf, post } from "./vector.mjs";

const TIME = "2023-11-14T22:13:20Z";

async function github() {
  const body = JSON.stringify({ action: "created", sponsorship: { node_id: "S_1" } });
  const header = await signGithub(SECRET, body);
  check(await verifyGithub(SECRET, body, header));
  return post("github", body, { "x-hub-signature-256": header }, header.slice("sha256=".length), {
    params: { transaction_id: "/sponsorship/node_id" },
    changes: [["sha256=", "sha1="]],
    made_by: packageOf("@octokit/webhooks-methods"),
    expect: { transaction_id: "S_1", event: "conversion" },
  });
}

const shopifyLibrary = shopifyApi({
  apiKey: "k",
  apiSecretKey: SECRET,
  hostName: "us.example",
  apiVersion: ApiVersion.July26,
  isEmbeddedApp: false,
});

async function shopify() {
  const body = JSON.stringify({ id: 450789469, created_at: TIME, currency: "USD", total_price: "199.00" });
  const signature = mac(body, "base64");
  const headers = {
    "x-shopify-hmac-sha256": signature,
    "x-shopify-topic": "orders/paid",
    "x-shopify-shop-domain": "some-shop.myshopify.com",
    "x-shopify-api-version": "2026-07",
    "x-shopify-webhook-id": "w-1",
  };
  const rawRequest = { method: "POST", url: PATH, headers };
  check((await shopifyLibrary.webhooks.validate({ rawBody: body, rawRequest })).valid);
  return post("shopify", body, headers, signature, {
    verified_by: packageOf("@shopify/shopify-api"),
    expect: { transaction_id: "450789469", event: "order", payout: "199.00", currency: "USD", event_time: TIME },
  });
}

async function shopifyQuery(preset, signatureAt, signator, row, expect) {
  const params = { click_id: CLICK, shop: "some-shop.myshopify.com", state: CLICK, timestamp: String(NOW), transaction_id: "T1" };
  const signature = mac(row(Object.entries(params)), "hex");
  check(await shopifyLibrary.utils.validateHmac({ ...params, [signatureAt]: signature }, { signator }));
  return get(preset, params, signatureAt, signature, {
    signed_at: NOW,
    tolerance: 90,
    verified_by: packageOf("@shopify/shopify-api"),
    expect: { click_id: CLICK, ...expect },
  });
}

function lootably() {
  const params = { userID: CLICK, ip: "192.0.2.1", revenue: "0.5000", currencyReward: "100.00" };
  const hash = generateSHA256PostbackHash({ ...params, postbackSecret: SECRET });
  return get("lootably", { ...params, transactionID: "t-1" }, "hash", hash, {
    unsigned: ["transactionID"],
    made_by: packageOf("lootably-postback-hash"),
    expect: { click_id: CLICK, event: "conversion", payout: "0.5000", dedupe: "click_event" },
  });
}

function hubspot(version, header, headers, more) {
  const body = JSON.stringify({ objectId: 123, click_id: CLICK });
  const options = { clientSecret: SECRET, requestBody: body, url: BASE_URL + PATH, timestamp: NOW * 1000 };
  const signature = Signature.getSignature("POST", version, options);
  check(Signature.isValid({ ...options, signature, method: "POST", signatureVersion: version }));
  return post(`hubspot_${version}`, body, { ...headers, [header]: signature }, signature, {
    params: { transaction_id: "objectId" },
    base_url: BASE_URL,
    made_by: packageOf("@hubspot/api-client"),
    expect: { click_id: CLICK, transaction_id: "123", event: "conversion" },
    ...more,
  });
}

function linear() {
  const body = JSON.stringify({ action: "create", type: "Issue", data: { id: "i-1" }, webhookTimestamp: NOW * 1000 });
  const signature = mac(body, "hex");
  check(new LinearWebhookClient(SECRET).verify(Buffer.from(body), signature, NOW * 1000));
  return post("linear", body, { "linear-signature": signature }, signature, {
    signed_at: NOW,
    tolerance: 60,
    verified_by: packageOf("@linear/sdk"),
    expect: { transaction_id: "i-1", event: "create", event_time: TIME },
  });
}

async function webflow() {
  const body = JSON.stringify({ triggerType: "form_submission", payload: { id: "f-1", data: { click_id: CLICK } } });
  const timestamp = String(NOW * 1000);
  const signature = mac(`${timestamp}:${body}`, "hex");
  const headers = { "x-webflow-timestamp": timestamp, "x-webflow-signature": signature };
  check(await new WebflowClient({ accessToken: "t" }).webhooks.verifySignature({ headers, body, secret: SECRET }));
  return post("webflow", body, headers, signature, {
    signed_at: NOW,
    tolerance: 300,
    changes: [[timestamp, String(NOW * 1000 + 1)]],
    verified_by: packageOf("webflow-api"),
    expect: { click_id: CLICK, transaction_id: "f-1", event: "form_submission" },
  });
}

async function sanity() {
  const body = JSON.stringify({ _id: "doc-1", click_id: CLICK });
  const header = await signSanity(body, NOW * 1000, SECRET);
  check(await verifySanity(body, header, SECRET));
  return post("sanity", body, { "sanity-webhook-signature": header }, header.split("v1=")[1], {
    signed_at: NOW,
    tolerance: 86_400,
    changes: [[`t=${NOW}`, `t=${NOW + 1}`]],
    made_by: packageOf("@sanity/webhook"),
    expect: { click_id: CLICK, transaction_id: "doc-1", event: "conversion" },
  });
}

async function paddle() {
  const data = { id: "txn_1", custom_data: { click_id: CLICK }, currency_code: "USD", details: { totals: { total: "1250" } } };
  const body = JSON.stringify({ event_id: "evt_1", event_type: "transaction.completed", occurred_at: TIME, data });
  const signature = mac(`${NOW}:${body}`, "hex");
  const header = `ts=${NOW};h1=${signature}`;
  check(await new Paddle("k", { environment: Environment.sandbox }).webhooks.isSignatureValid(body, SECRET, header));
  return post("paddle", body, { "paddle-signature": header }, signature, {
    signed_at: NOW,
    tolerance: 5,
    changes: [[`ts=${NOW}`, `ts=${NOW + 1}`]],
    verified_by: packageOf("@paddle/paddle-node-sdk"),
    expect: {
      click_id: CLICK,
      transaction_id: "txn_1",
      event: "transaction.completed",
      payout: "12.50",
      currency: "USD",
      event_time: TIME,
    },
  });
}

const encoded = (pairs) => new URLSearchParams(pairs).toString();
const joined = (pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("");
const version = (name) => ({ "x-hubspot-signature-version": name });

export const vectors = async () => [
  await github(),
  await shopify(),
  await shopifyQuery("shopify_oauth", "hmac", "admin", encoded, {
    transaction_id: "some-shop.myshopify.com",
    event: "install",
  }),
  await shopifyQuery("shopify_app_proxy", "signature", "appProxy", joined, { transaction_id: "T1", event: "conversion" }),
  lootably(),
  hubspot("v1", "x-hubspot-signature", version("v1"), { base_url: null }),
  hubspot("v2", "x-hubspot-signature", version("v2"), {}),
  hubspot("v3", "x-hubspot-signature-v3", { "x-hubspot-request-timestamp": String(NOW * 1000) }, {
    changes: [[String(NOW * 1000), String(NOW * 1000 + 1)]],
    signed_at: NOW,
    tolerance: 300,
  }),
  linear(),
  await webflow(),
  await sanity(),
  await paddle(),
];
