use std::path::Path;

use super::schemes::request;
use super::{assert_faults, environment, faults, parse};
use crate::config::secrets::read_file;
use crate::config::{Config, DatabaseSource, Environment, Fault, load};
use crate::domain::secret::Secret;

/// A secret that must not be seen anywhere.
const HUNTER: &str = "hunter2hunter2";

fn tokens(config: &Config) -> Vec<&[u8]> {
    config.admin.tokens.iter().map(Secret::expose).collect()
}

fn file(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a file");
    path.to_str().expect("a UTF-8 path").to_owned()
}

#[test]
fn one_line_break_at_a_files_end_is_no_part_of_the_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    for (content, secret) in [
        (&b"s3cret"[..], &b"s3cret"[..]),
        (b"s3cret\n", b"s3cret"),
        (b"s3cret\r\n", b"s3cret"),
        (b"s3\ncret\n", b"s3\ncret"),
        (b" s3cret \n", b" s3cret "),
        (b"s3cret\n\n", b"s3cret\n"),
        (b"s3cret\r", b"s3cret\r"),
        (b"\xff\x00", b"\xff\x00"),
    ] {
        let path = file(folder.path(), "secret", content);
        assert_eq!(read_file(Path::new(&path)).as_deref(), Ok(secret), "{content:?}");
    }
    let path = file(folder.path(), "token", b"t0ken\r\n");
    let text = format!("[admin]\ntokens = [{{ file = '{path}' }}, {{ env = \"TOKEN\" }}, {{ value = \"v\" }}]");
    let config = parse("f", &text, &environment(&[("TOKEN", "e")])).expect("tokens");
    assert_eq!(tokens(&config), [&b"t0ken"[..], b"e", b"v"]);
}

#[test]
fn a_secret_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = file(folder.path(), "empty", b"\n");
    let large = file(folder.path(), "large", &vec![b'x'; 65537]);
    let environment = environment(&[("EMPTY", "")]);
    for (secret, expected) in [
        ("env = \"ABSENT\"".to_owned(), "20: networks.acme.secrets.env: the environment variable ABSENT is not set".to_owned()),
        ("env = \"EMPTY\"".to_owned(), "20: networks.acme.secrets.env: the environment variable EMPTY is empty".to_owned()),
        (
            "file = '/nonexistent/x'".to_owned(),
            "21: networks.acme.secrets.file: cannot read the file \"/nonexistent/x\": No such file or directory (os error 2)"
                .to_owned(),
        ),
        (format!("file = '{empty}'"), format!("21: networks.acme.secrets.file: the file {empty:?} is empty")),
        (
            format!("file = '{large}'"),
            format!("21: networks.acme.secrets.file: the file {large:?} is larger than 65536 bytes"),
        ),
        ("value = \"\"".to_owned(), "22: networks.acme.secrets.value: the secret is empty".to_owned()),
        (String::new(), "12: networks.acme.secrets: expected exactly one of env, file and value".to_owned()),
        (
            "env = \"A\", value = \"b\"".to_owned(),
            "12: networks.acme.secrets: expected exactly one of env, file and value".to_owned(),
        ),
    ] {
        let text = format!("[networks.acme]\nsecrets = [{{ {secret} }}]");
        let told = parse("f", &text, &environment).expect_err(&text).to_string();
        assert_eq!(told, format!("f:2:{expected}"));
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_told() {
    for text in [
        format!("[networks.acme]\nsecrets = [\"{HUNTER}\"]"),
        format!("[networks.acme]\nsecrets = \"{HUNTER}\""),
        format!("[networks.acme]\nsecrets = [{{ env = \"{HUNTER}!\" }}]"),
        format!("[networks.acme]\nsecrets = [{{ value = [\"{HUNTER}\"] }}]"),
        format!("[admin]\ntokens = [{{ value = \"{HUNTER} {HUNTER}\" }}]"),
        format!("[admin]\ntokens = \"{HUNTER}\""),
        format!("[database]\nurl = \"{HUNTER}\""),
        format!("[database]\nurl = [\"postgres://u:{HUNTER}@db.example/\"]"),
        format!("[database]\nurl = \"postgres://u:{HUNTER}@db.example/ x\""),
        format!("[server]\npublic_url = \"https://u:{HUNTER}@postback.example\""),
    ] {
        let told = faults(&text);
        assert!(!told.contains("hunter"), "{told}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "url", HUNTER.as_bytes());
    assert_faults(&[(
        &format!("[database]\nurl_file = '{path}'"),
        "f:2:12: database.url_file: in the file: expected an address that starts with postgres:// or postgresql://, without spaces",
    )]);
}

#[test]
fn nothing_prints_a_secret_and_everything_stored_is_free_of_it() {
    let text = format!(
        "[admin]\ntokens = [{{ value = \"{HUNTER}-token\" }}]\n[database]\nurl = \"postgres://u:{HUNTER}%2Fdb@db.example/x?password={HUNTER}-query\"\n\
         [networks.acme]\nsecrets = [{{ env = \"ACME\" }}]\n"
    );
    let environment = environment(&[("ACME", "hunter2hunter2-acme")]);
    let config = parse("f", &text, &environment).expect("a configuration");
    assert!(!format!("{config:?} {environment:?}").contains("hunter"));
    for secret in ["-token", "/db", "%2Fdb", "-query", "-acme"] {
        let sent = format!("<x>{HUNTER}{secret}</x>");
        let raw = request("POST", "/postback/acme", &[], &sent);
        let kept = config.redactor.redact(&raw, None).body;
        assert!(!String::from_utf8_lossy(&kept).contains(HUNTER), "{secret}");
    }
}

#[test]
fn the_environment_names_the_database_before_the_file_does() {
    let in_file = "[database]\nurl = \"postgresql://file.example/x\"";
    let source = |text: &str, variables: &[(&str, &str)]| {
        let config = parse("f", text, &environment(variables)).expect(text);
        match config.database.source {
            DatabaseSource::Url(url) => Some(url.expose().to_owned()),
            DatabaseSource::Private => None,
        }
    };
    let variable = [("DATABASE_URL", "postgres://environment.example/x")];
    let of_environment = Some("postgres://environment.example/x".to_owned());
    assert_eq!(source(in_file, &variable), of_environment);
    assert_eq!(
        source("[database]\nurl_file = \"/nonexistent\"", &variable),
        of_environment
    );
    assert_eq!(
        source(in_file, &[("DATABASE_URL", "")]),
        Some("postgresql://file.example/x".to_owned())
    );
    assert_eq!(source("", &[("DATABASE_URL", "")]), None);

    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "url", b"postgres://in-file.example/x\n");
    let text = format!("[database]\nurl_file = '{path}'");
    assert_eq!(source(&text, &[]), Some("postgres://in-file.example/x".to_owned()));
    assert_faults(&[(
        &format!("{in_file}\nurl_file = '{path}'"),
        "f:3:1: database.url_file: expected either url or url_file, found both",
    )]);
}

#[test]
fn a_file_that_cannot_be_read_is_a_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |path: &Path| load(path, &Environment::default()).expect_err("a fault");
    let absent = folder.path().join("absent.toml");
    let faults = told(&absent);
    let expected = format!(
        "{}: cannot be read: No such file or directory (os error 2)",
        absent.display()
    );
    assert_eq!(faults.to_string(), expected);
    assert!(matches!(faults.list(), [Fault { position: None, .. }]));

    let binary = file(folder.path(), "binary.toml", b"[server]\n# \xff\n");
    let expected = format!("{binary}:2:3: is not UTF-8 text from here on");
    assert_eq!(told(Path::new(&binary)).to_string(), expected);
}
