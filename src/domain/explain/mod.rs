//! Why a request is accepted or refused: what each check saw, what was signed, what was read, and what it comes to.
//!
//! The verdict is that of [`examine`], the service's own checks. What stands around it is only shown: each step is taken
//! again by the same public functions, and what they found is kept. No secret is shown, and no signature, neither the one that
//! was sent nor one that would have been right.

mod asked;
mod check;
mod fields;
mod guard;
mod hint;
mod other_network;
mod reason;
mod scheme;
mod shown;
mod written;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;

use super::conversion::SentClickId;
use super::dedupe::KeyPart;
use super::examine::{self, Check, Examined, Failed, Named};
use super::network::Network;
use super::postback::{Form, NamedStatus, Postback};
use super::redact::Redactor;
use super::signature::Schemes;

pub use asked::Asked;
pub use check::{CheckSeen, Facts, Outcome};
pub use fields::{FieldsRead, ReadField, Unread};
pub use hint::Hint;
pub use other_network::OtherNetwork;
pub use scheme::SchemeSeen;
pub use written::AskedError;

use check::Scene;
use shown::Shown;

/// What is needed to explain a request, beside the request.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The network that the request names.
    pub named: Named<'a>,
    /// Every network: a request may be signed as another one's.
    pub networks: &'a HashMap<Arc<str>, Arc<Network>>,
    /// Knows every secret.
    pub redactor: &'a Redactor,
}

/// A request explained, and the postback that it is where it is one.
#[derive(Debug)]
pub struct Explained {
    /// The explanation.
    pub explanation: Explanation,
    /// The postback, where every check has passed.
    pub postback: Option<Postback>,
}

/// Why a request is accepted or refused. It serialises to what `explain --json` and the private API answer.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// Whether the service would accept the request.
    pub accepted: bool,
    /// Whether it is proven to be its network's; it stays so when only a field is wrong.
    pub authentic: bool,
    /// The status of the refusal.
    pub http_status: Option<u16>,
    /// Why it is refused, as the operator sees it: the true reason of a 401.
    pub code: Option<&'static str>,
    /// What was found and what was expected.
    pub detail: Option<String>,
    /// The parameter at fault, as the sender wrote it.
    pub param: Option<String>,
    /// Our field that the parameter was read for.
    pub field: Option<&'static str>,
    /// The network.
    pub network: Option<Arc<str>>,
    /// The method.
    pub method: String,
    /// Path and query without secrets and without the signature.
    pub target: String,
    /// The time that counts as now.
    pub now: String,
    /// The checks in their order.
    pub checks: Vec<CheckSeen>,
    /// How the network proves such a request.
    pub scheme: Option<SchemeSeen>,
    /// The signed bytes: what is not printable is escaped, `***` is the secret, `[redacted]` what no raw log would keep.
    pub signed: Option<String>,
    /// What each field was read as; nothing is read of a request that is not authentic.
    pub fields: FieldsRead,
    /// Parameters that would be fields but are not read, because the signature does not cover them.
    pub unread: Vec<Unread>,
    /// What campaigns pay for such a conversion of their clicks, because the postback names no payout; by the campaigns' names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub campaign_payouts: BTreeMap<String, String>,
    /// The rule that made the conversion's key.
    pub dedupe: Option<&'static str>,
    /// The key's parts.
    pub key: Facts,
    /// The conversion that the request is about; none when it is ignored.
    pub conversion_id: Option<String>,
    /// The likely reasons of a failed signature, found by trying.
    pub hints: Vec<Hint>,
}

/// Explains a request.
pub fn explain(asked: &Asked, context: Context<'_>) -> Explained {
    let Context { named, redactor, .. } = context;
    let raw = asked.raw(named.known());
    // Only a request that names no known network meets it, and no key fits there.
    let decoy = Schemes::default_pair(&[]);
    let outcome = examine::head(&raw, named).and_then(|()| examine::whole(&raw, named, &decoy));
    let failed = outcome.as_ref().err();
    let postback = outcome.as_ref().ok().map(|examined| &examined.reading.postback);

    let form = Form::read(&raw).ok();
    let changes = match (named.known(), form.as_ref(), failed) {
        (Some(network), Some(form), Some(failed)) if failed.check == Check::Signature => {
            hint::changes(network, &raw, form, context.networks)
        }
        (_, _, _) => Vec::new(),
    };
    let guarded = guard::guarded(&raw, form.as_ref(), context, &changes);
    let shown = Shown::new(&guarded);
    let scene = Scene {
        raw: &raw,
        form: form.as_ref(),
        has_address: asked.remote_ip.is_some(),
        named,
        shown,
    };
    let is_proven = failed.is_none_or(|failed| failed.check > Check::Signature);
    let verified = named
        .known()
        .zip(form.as_ref())
        .filter(|_| is_proven)
        .and_then(|(network, form)| network.verify(&raw, form, raw.received_at).ok());
    let kept = redactor.redact(&raw, named.known().map(|network| &network.name));
    let is_about = |postback: &&Postback| match postback.status {
        NamedStatus::Named(_) | NamedStatus::Default(_) => true,
        NamedStatus::Ignored => false,
    };
    let explanation = Explanation {
        accepted: failed.is_none(),
        authentic: is_proven,
        http_status: failed.map(|failed| failed.refusal.code.status()),
        code: failed.map(|failed| failed.refusal.logged_code()),
        detail: failed.map(|failed| shown.text(&detail(failed, &scene))),
        param: failed.and_then(|failed| Some(shown.text(failed.refusal.param.as_ref()?))),
        field: failed.and_then(|failed| Some(failed.refusal.field?.as_str())),
        network: named.known().map(|network| network.name.clone()),
        method: raw.method.to_string(),
        now: raw.received_at.to_string(),
        checks: Check::ALL.map(|check| scene.check(check, failed)).into(),
        scheme: named.known().map(|network| SchemeSeen::of(network, &raw.method)),
        signed: named
            .known()
            .and_then(|network| asked.signed_bytes(network, &kept, shown)),
        fields: verified
            .as_ref()
            .map(|verified| fields::read(verified, postback, shown))
            .unwrap_or_default(),
        unread: named
            .known()
            .zip(form.as_ref())
            .map(|(network, form)| fields::unread(network, &raw, form))
            .unwrap_or_default(),
        campaign_payouts: postback.filter(is_about).map(campaign_payouts).unwrap_or_default(),
        dedupe: postback.map(|postback| postback.dedupe.as_str()),
        key: postback.map(|postback| key(postback, shown)).unwrap_or_default(),
        conversion_id: postback
            .filter(is_about)
            .map(|postback| postback.conversion_id.to_string()),
        target: guard::target(&raw, named, &guarded),
        hints: changes.iter().map(|change| Hint::of(change, shown)).collect(),
    };
    Explained {
        explanation,
        postback: outcome.ok().map(|Examined { reading, .. }| reading.postback),
    }
}

/// What a failed check says: of a 401, which the sender is told nothing about, the true reason in words.
fn detail(failed: &Failed, scene: &Scene<'_>) -> String {
    match failed.check {
        Check::Signature => reason::of(scene),
        Check::Path
        | Check::Method
        | Check::Address
        | Check::Head
        | Check::Network
        | Check::Body
        | Check::Form
        | Check::Fields => failed.refusal.detail.clone().into_owned(),
    }
}

/// What each campaign would pay whose click might get the conversion; nothing where the postback names a payout.
fn campaign_payouts(postback: &Postback) -> BTreeMap<String, String> {
    let payouts = postback.terms.payouts(&postback.event);
    payouts
        .filter(|_| postback.payout.is_none())
        .map(|(campaign, payout)| (campaign.to_owned(), payout.to_string()))
        .collect()
}

/// The parts of the conversion's key, as they are hashed.
fn key(postback: &Postback, shown: Shown<'_>) -> Facts {
    let mut facts = Facts::default();
    for part in postback.dedupe.parts() {
        let value = match part {
            KeyPart::Network => Some(postback.network.to_string()),
            KeyPart::ClickId => SentClickId::key(&postback.click),
            KeyPart::TransactionId => postback.transaction_id.clone(),
            KeyPart::Event => Some(postback.event.clone()),
        };
        facts.add(part.as_str(), value.map(|value| shown.text(&value)));
    }
    facts
}
