//! The page for a partner, from the command line and from the private API.

use crate::harness::{Stage, get};

const GUIDE: &str = "/api/v1/networks/acme/guide";

#[test]
fn both_ways_to_a_guide_give_the_same_page() {
    let stage = Stage::new();
    for (format, content_type) in [
        ("markdown", "text/markdown; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
    ] {
        let printed = stage.site.run(&["guide", "acme", "--format", format]);
        assert_eq!(printed.code, Some(0), "{}", printed.stderr);

        let answer = stage.service.api_answer(get(format!("{GUIDE}?format={format}")));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some(content_type));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let page = answer.text();
        assert_eq!(page.trim_end(), printed.stdout.trim_end());
        assert!(
            page.contains("/postback/acme") && !page.contains("secret-of-acme"),
            "{page}"
        );
    }
}

#[test]
fn a_browser_gets_a_page_and_everybody_else_markdown() {
    let stage = Stage::new();
    let content_type = |accept: &str| {
        let answer = stage.service.api_answer(get(GUIDE).header("Accept", accept));
        answer.header("content-type").map(str::to_owned)
    };
    assert_eq!(
        content_type("text/html,*/*;q=0.8").as_deref(),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(content_type("*/*").as_deref(), Some("text/markdown; charset=utf-8"));
}

#[test]
fn what_no_guide_can_be_made_of_is_refused() {
    let stage = Stage::new();
    for (target, status) in [
        ("/api/v1/networks/acme/guide?format=pdf", 400),
        ("/api/v1/networks/acme/guide?x=1", 400),
        ("/api/v1/networks/nobody/guide", 404),
        ("/api/v1/networks//guide", 404),
    ] {
        let answer = stage.service.api_answer(get(target));
        assert_eq!(answer.status, status, "{target}: {answer:?}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{target}"
        );
    }

    let ended = stage.site.run(&["guide", "nobody"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("configured are acme"), "{}", ended.stderr);
}
