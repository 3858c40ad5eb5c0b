//! That an explanation never says anything else than the service.

use proptest::prelude::*;

use super::{Request, asked, config, explained, get};
use crate::domain::explain::Explained;
use crate::domain::id::PostbackId;
use crate::domain::postback::{Form, RawPostback};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_asked_is_explained_as_the_service_would_judge_it(
        network in proptest::sample::select(vec!["acme", "token", "values", "url", "plain"]),
        query in "([a-c%=&+]|txid|sig|hash|pass|transaction_id|=1|%2F){0,12}",
        header in "[ -~]{0,12}",
        body in r#"[{}a-c":,\\\\%=&1 ]{0,16}"#,
        at in "[0-9]{0,20}",
        is_post in any::<bool>(),
    ) {
        let config = config();
        let mut headers = vec![("x-postback-timestamp", at), ("x-postback-signature", header.clone())];
        headers.extend([("x-signature", header), ("x-version", "2".to_owned())]);
        headers.extend(is_post.then(|| ("content-type", "application/json".to_owned())));
        let request = Request {
            method: if is_post { "POST" } else { "GET" },
            headers,
            body: Box::leak(if is_post { body } else { String::new() }.into_boxed_str()),
            ..get(network, format!("/postback?{query}"))
        };
        let Explained { explanation, postback } = explained(&config, &request);
        prop_assert_eq!(explanation.accepted, postback.is_some());
        prop_assert_eq!(explanation.accepted, explanation.code.is_none());
        let asked = asked(&request);
        let raw = RawPostback {
            id: PostbackId::new(asked.now, [0; 10]),
            received_at: asked.now,
            remote_ip: "203.0.113.1".parse().expect("an address"),
            method: asked.method,
            uri: asked.uri,
            headers: asked.headers,
            body: asked.body,
        };
        let form = Form::read(&raw);
        let is_verified = form.is_ok_and(|form| config.networks[network].verify(&raw, &form, asked.now).is_ok());
        prop_assert_eq!(explanation.authentic, is_verified);
    }
}
