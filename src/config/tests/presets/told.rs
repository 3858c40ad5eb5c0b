//! What each preset's sender is told, as far as it is told something else than everybody.

/// A status, and a body in place of the contract's JSON.
pub(super) type Told = (u16, Option<&'static str>);

/// What a preset's sender is told after each outcome.
pub(super) struct Replies {
    pub(super) preset: &'static str,
    pub(super) recorded: Told,
    pub(super) unmatched: Told,
    pub(super) duplicate: Told,
    /// After an update, a conflict and an ignored status alike.
    pub(super) others: Told,
    pub(super) accepted: Told,
    pub(super) unauthorized: Told,
    pub(super) missing_id: Told,
    pub(super) unavailable: Told,
    pub(super) overloaded: Told,
}

/// What everybody is told.
const USUAL: Replies = Replies {
    preset: "",
    recorded: (200, None),
    unmatched: (200, None),
    duplicate: (200, None),
    others: (200, None),
    accepted: (202, None),
    unauthorized: (401, None),
    missing_id: (422, None),
    unavailable: (503, None),
    overloaded: (429, None),
};

/// Those of a preset that has one body for every success.
const fn with_body(preset: &'static str, body: &'static str) -> Replies {
    Replies {
        preset,
        recorded: (200, Some(body)),
        unmatched: (200, Some(body)),
        duplicate: (200, Some(body)),
        others: (200, Some(body)),
        accepted: (202, Some(body)),
        ..USUAL
    }
}

/// Those of a preset whose sender wants a 200 and nothing else as a success.
const fn with_bare_200(preset: &'static str) -> Replies {
    Replies {
        preset,
        accepted: (200, None),
        ..USUAL
    }
}

/// Those of a preset that has one body for every success, each of which is a 200.
const fn with_200_and(preset: &'static str, body: &'static str) -> Replies {
    Replies {
        accepted: (200, Some(body)),
        ..with_body(preset, body)
    }
}

const PROSPER202: Option<&str> = Some(r#"{"error":false,"code":202,"msg":"Postback successful"}"#);

pub(super) const TABLE: &[Replies] = &[
    with_200_and("adgem_v3", ""),
    with_body("adyen", "[accepted]"),
    with_bare_200("ayet"),
    with_bare_200("bitlabs"),
    with_bare_200("cpx"),
    Replies {
        unauthorized: (400, None),
        ..with_bare_200("fyber")
    },
    Replies {
        preset: "gocardless",
        unauthorized: (498, None),
        ..USUAL
    },
    with_200_and("ironsource", "e-1.7:OK"),
    with_body("keitaro", "OK"),
    Replies {
        unauthorized: (401, Some("0")),
        missing_id: (422, Some("0")),
        unavailable: (503, Some("0")),
        overloaded: (429, Some("0")),
        ..with_body("lootably", "1")
    },
    Replies {
        missing_id: (406, None),
        ..with_bare_200("mailgun")
    },
    with_bare_200("monlix"),
    Replies {
        unmatched: (404, Some("Click ID not found in database.")),
        missing_id: (400, Some("Missing subid.")),
        ..with_body("orbitra", "Postback recorded successfully")
    },
    with_200_and("paymentwall_v1", "OK"),
    with_200_and("paymentwall_v2", "OK"),
    with_200_and("paymentwall_v3", "OK"),
    Replies {
        preset: "prosper202",
        recorded: (202, PROSPER202),
        unmatched: (404, Some(r#"{"error":true,"code":404,"msg":"SubID not found"}"#)),
        duplicate: (202, PROSPER202),
        others: (202, PROSPER202),
        accepted: (202, PROSPER202),
        ..USUAL
    },
    with_bare_200("shopify"),
    with_bare_200("sparkwall"),
    Replies {
        unavailable: (503, Some("0")),
        overloaded: (429, Some("0")),
        ..with_body("superrewards", "1")
    },
    Replies {
        missing_id: (403, None),
        ..with_bare_200("tapjoy")
    },
    with_bare_200("theoremreach"),
    with_body("torox", "1"),
    Replies {
        preset: "trcker",
        duplicate: (200, Some("duplicate")),
        ..USUAL
    },
    Replies {
        unauthorized: (200, Some("success=false; err_msg=what is wrong;")),
        missing_id: (200, Some("success=false; err_msg=what is wrong;")),
        ..with_body("tune", "success=true;")
    },
    with_bare_200("tyrads"),
    with_200_and("unity_ads", "1"),
    with_bare_200("vonage_hmac_md5"),
    with_bare_200("vonage_md5"),
    with_bare_200("vonage_sha1"),
    with_bare_200("vonage_sha256"),
    with_bare_200("vonage_sha512"),
];
