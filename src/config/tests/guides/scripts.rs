//! The scripts of a guide, run as a partner would run them, with what they would send taken from them.

use std::process::Command;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::{Config, markdown, with_secret};
use crate::domain::postback::{Form, RawPostback};
use crate::domain::signature::Unsigned;
use crate::domain::time::Timestamp;

/// The secret of the scripts.
const SECRET: &str = "example-secret";

/// curl, which says what it was called with, a word on each line.
const CURL: &str = r#"curl() { for word; do printf '%s\n' "$word"; done; }"#;

/// Python's client, which says what it was called with, as curl would be.
const CLIENT: &str = r#"
class Answer:
    def read(self): return b""
def urlopen(request):
    for name, value in request.header_items(): print("-H", f"{name}: {value}", sep="\n")
    if request.data is not None: print("--data-raw", request.data.decode(), sep="\n")
    print(request.full_url)
    return Answer()
urllib.request.urlopen = urlopen
"#;

/// The blocks of code behind a sentence.
fn blocks<'p>(page: &'p str, sentence: &str) -> Vec<&'p str> {
    let behind = page.split(sentence).skip(1);
    let block = |text: &'p str| text.split("```text\n").nth(1)?.split("\n```").next();
    behind.map(|text| block(text).expect("a block of code")).collect()
}

fn printed(program: &str, arguments: &[&str]) -> String {
    let run = Command::new(program).args(arguments).output();
    let run = run.unwrap_or_else(|error| panic!("{program} is needed to run a guide's scripts: {error}"));
    assert!(
        run.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).expect("a text")
}

/// The requests that the scripts of a page send.
fn sent(page: &str, now: Timestamp) -> Vec<RawPostback> {
    let shell = blocks(page, "in a shell with openssl and curl:").into_iter();
    let shell = shell.map(|script| printed("sh", &["-c", &format!("{CURL}\n{script}")]));
    let python = blocks(page, "And these in Python 3:").into_iter();
    let python = python.map(|script| {
        let (imports, script) = script.split_once("\n\n").expect("imports");
        printed("python3", &["-c", &format!("{imports}\n{CLIENT}\n{script}")])
    });
    shell.chain(python).map(|words| request(&words, now)).collect()
}

/// The words behind each of an option.
fn behind<'w>(words: &[&'w str], option: &str) -> impl Iterator<Item = &'w str> {
    let pairs = words.windows(2).filter(move |pair| pair[0] == option);
    pairs.map(|pair| pair[1])
}

fn request(words: &str, now: Timestamp) -> RawPostback {
    let words: Vec<&str> = words.lines().filter(|word| !word.is_empty()).collect();
    let headers: HeaderMap = behind(&words, "-H")
        .map(|field| {
            let (name, value) = field.split_once(": ").expect("a header field");
            let name: HeaderName = name.parse().expect("a name");
            (name, HeaderValue::from_str(value).expect("a value"))
        })
        .collect();
    let body = behind(&words, "--data-raw").next().unwrap_or_default();
    let method = if body.is_empty() { Method::GET } else { Method::POST };
    let url: Uri = words.last().expect("an address").parse().expect("an address");
    let target = Uri::from(url.path_and_query().expect("a target").clone());
    Unsigned::new(method, target, headers, Bytes::copy_from_slice(body.as_bytes()), now).0
}

/// A network that signs as these lines say.
fn network(lines: &str) -> Config {
    with_secret(
        &format!("[networks.n]\nsecrets = [{{ env = \"S\" }}]\n{lines}\n"),
        SECRET,
    )
}

fn signature(keys: &str) -> String {
    format!("[networks.n.signature]\n{keys}")
}

#[test]
#[ignore = "needs openssl and Python: make scripts"]
fn what_a_guides_scripts_send_is_taken() {
    let elapsed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("a time after 1970");
    let now = Timestamp::from_unix_seconds(i64::try_from(elapsed.as_secs()).expect("a time of our days"));
    let body = "content = \"{body}\"\nfrom = \"header.x-sign\"";
    for (name, lines, scripts) in [
        ("the default pair", String::new(), 4),
        (
            "values that a shell and Python would read",
            r#"params = { click_id = "it's \"$HOME`\\" }"#.to_owned(),
            4,
        ),
        (
            "a body in hex",
            signature(&format!("algorithm = \"hmac-md5\"\n{body}")),
            2,
        ),
        (
            "a body in base64",
            signature(&format!("algorithm = \"hmac-sha1\"\n{body}\nencoding = \"base64\"")),
            2,
        ),
        (
            "a query in its own parameter",
            signature(
                "algorithm = \"hmac-sha512\"\ncontent = \"{query}\"\nfrom = \"query.sign\"\nencoding = \"base64url\"",
            ),
            2,
        ),
        (
            "text around milliseconds",
            signature(
                "algorithm = \"hmac-sha256\"\ncontent = \"it's:\\\\{timestamp}:{body}\"\nfrom = \"header.x-sign\"\n\
                 prefix = \"v0=\"\ntimestamp = { from = \"header.x-time\", unit = \"ms\", tolerance = \"5m\" }",
            ),
            2,
        ),
    ] {
        let config = network(&lines);
        let page = markdown(&config);
        let sent = sent(&page, now);
        assert_eq!(sent.len(), scripts, "{name}\n{page}");
        for raw in &sent {
            let form = Form::read(raw).unwrap_or_else(|refusal| panic!("{name}: {refusal:?} of {raw:?}"));
            let verified = config.networks["n"].verify(raw, &form, now);
            let verified = verified.unwrap_or_else(|failure| panic!("{name}: {failure:?} of {raw:?}\n{page}"));
            verified
                .read()
                .unwrap_or_else(|refusal| panic!("{name}: {refusal:?} of {raw:?}"));
        }
    }
}

#[test]
fn a_recipe_that_a_few_lines_cannot_follow_has_no_script() {
    let body = "content = \"{body}\"\nfrom = \"header.x-sign\"";
    for keys in [
        "algorithm = \"md5\"\ncontent = \"{body}{secret}\"\nfrom = \"header.x-sign\"".to_owned(),
        "algorithm = \"token\"\nfrom = \"header.x-sign\"".to_owned(),
        "algorithm = \"hmac-md5\"\ncontent = \"{url}\"\nfrom = \"header.x-sign\"".to_owned(),
        "algorithm = \"hmac-md5\"\ncontent = \"{query}\"\nfrom = \"query.sign\"\nencoding = \"base64\"".to_owned(),
        format!("algorithm = \"hmac-md5\"\n{body}\nkey = {{ strip_prefix = \"example-\" }}"),
        format!("algorithm = \"hmac-md5\"\n{body}\nlist = {{ item = \",\" }}"),
        format!("algorithm = \"hmac-md5\"\n{body}\nrequire = {{ \"header.x-version\" = \"2\" }}"),
    ] {
        let page = markdown(&network(&signature(&keys)));
        assert!(!page.contains("Python"), "{keys}");
    }
}
