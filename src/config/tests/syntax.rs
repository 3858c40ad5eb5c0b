use super::{assert_faults, faults};

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    assert_faults(&[
        (
            "[server\nlisten = \"127.0.0.1:1\"\n",
            "f:1:8: is not TOML: unclosed table, expected `]`",
        ),
        ("[server]\nlisten = 127.0.0.1:1\n", "f:2:15: is not TOML: invalid float"),
    ]);
}

#[test]
fn in_front_of_what_is_not_toml_everything_else_is_told_too() {
    assert_faults(&[(
        "[server]\nlisten = 5\n[storage]\nspool_max = \nspool = 1\n",
        "f:2:10: server.listen: expected a string, found an integer\n\
         f:4:13: is not TOML: string values must be quoted, expected literal string",
    )]);
}

#[test]
fn a_key_that_is_there_twice_hides_no_other_fault() {
    assert_faults(&[(
        "[server]\nlisten = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:1\"\n[storage]\nspool = \"1GiB\"\n",
        "f:3:1: is not TOML: duplicate key\n\
         f:5:1: storage.spool: unknown key; known here: data_dir, spool_max",
    )]);
}

#[test]
fn a_file_that_ends_too_early_does_not_lack_what_it_cannot_show() {
    let told = faults(
        "[networks.acme]\nwindow = \"7d\"\n[campaigns.spring]\nnetworks = [\"later\"]\ndestination = \"https://sh",
    );
    assert_eq!(told, "f:5:26: is not TOML: invalid basic string, expected `\"`");
}

#[test]
fn a_secret_with_a_stray_quotation_mark_is_not_told() {
    for line in [
        r#"secrets = [{ value = "hunter"2 = "hunter2" }]"#,
        r#"secrets = [{ value = "hunter2 }]"#,
        r"secrets = [{ value = hunter2 }]",
        r#"secrets = [{ value = "hun"hunter2" }]"#,
        "secrets = [{ value = \"\nhunter2\" }]",
        "secrets = [{ value = \"\"\nhunter2 = \"1\" }]",
    ] {
        let told = faults(&format!("[networks.acme]\n{line}\nwindow = \"1x\"\n"));
        assert!(!told.contains("hunter"), "{told}");
        assert!(told.starts_with("f:2:"), "{told}");
    }
}
