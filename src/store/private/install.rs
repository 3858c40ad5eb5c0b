//! How somebody gets PostgreSQL onto this system, in one command.

use std::path::Path;

/// Package managers by the program that shows them, in the order of asking, with the package that holds the server.
const PACKAGES: [(&str, &str); 6] = [
    ("apt-get", "apt-get install -y postgresql"),
    ("dnf", "dnf install -y postgresql-server"),
    ("apk", "apk add postgresql"),
    ("zypper", "zypper install -y postgresql-server"),
    ("pacman", "pacman -S --noconfirm postgresql"),
    ("brew", "brew install postgresql@17"),
];

/// Where package managers live, whatever `PATH` says.
const FOLDERS: [&str; 6] = [
    "/usr/bin",
    "/sbin",
    "/usr/sbin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/home/linuxbrew/.linuxbrew/bin",
];

/// What to do on this system, as the end of a sentence.
pub(super) fn hint() -> String {
    let is_here = |program: &str| FOLDERS.iter().any(|folder| Path::new(folder).join(program).is_file());
    hint_where(is_here, rustix::process::geteuid().is_root())
}

fn hint_where(is_here: impl Fn(&str) -> bool, is_root: bool) -> String {
    let Some((program, command)) = PACKAGES.into_iter().find(|(program, _)| is_here(program)) else {
        return "install its server, or set DATABASE_URL".to_owned();
    };
    // Homebrew refuses root; the others need it.
    let sudo = if is_root || program == "brew" { "" } else { "sudo " };
    format!("install it with `{sudo}{command}`, or set DATABASE_URL")
}

#[cfg(test)]
mod tests {
    use super::hint_where;

    #[test]
    fn the_hint_names_one_command_of_this_system() {
        for (program, is_root, command) in [
            ("apt-get", true, "`apt-get install -y postgresql`"),
            ("apt-get", false, "`sudo apt-get install -y postgresql`"),
            ("dnf", false, "`sudo dnf install -y postgresql-server`"),
            ("apk", true, "`apk add postgresql`"),
            ("brew", false, "`brew install postgresql@17`"),
        ] {
            let hint = hint_where(|asked| asked == program, is_root);
            assert!(hint.contains(command), "{program}: {hint}");
        }
    }

    #[test]
    fn an_unknown_system_gets_a_hint_without_a_command() {
        assert!(!hint_where(|_| false, true).contains('`'));
    }
}
