use super::*;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// What is said by a file, the environment and flags.
fn layers(file: &Path, variables: &[(&str, &str)], flags: Vec<(&'static str, Raw)>) -> Layers {
    Layers::read(Sources {
        flags,
        variables: variables
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .collect(),
        named: Some(file.to_path_buf()),
        usual: None,
    })
}

fn of_file(text: &str) -> (tempfile::TempDir, Layers) {
    let folder = folder();
    let path = folder.path().join("m.toml");
    std::fs::write(&path, text).unwrap();
    let read = layers(&path, &[], Vec::new());
    (folder, read)
}

/// Problems without the folder they happened in.
fn problems(text: &str) -> Vec<String> {
    let (folder, layers) = of_file(text);
    let (_, mut problems) = Settings::read(&layers);
    problems.sort_by_key(|problem| problem.origin.line());
    let folder = format!("{}/", folder.path().display());
    let told = problems.iter().map(ToString::to_string);
    told.map(|line| line.replace(&folder, "")).collect()
}

#[test]
fn a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default() {
    for said in 0..8_u8 {
        let folder = folder();
        let path = folder.path().join("m.toml");
        let line = "backup = \"/b\"\nbackup-keep = 1\n";
        std::fs::write(
            &path,
            if said & 1 == 0 {
                "backup = \"/b\"\n"
            } else {
                line
            },
        )
        .unwrap();
        let variables: &[_] = if said & 2 == 0 {
            &[("MARAUDE_BACKUP_KEEP", "")]
        } else {
            &[("MARAUDE_BACKUP_KEEP", "2")]
        };
        let flags = if said & 4 == 0 {
            Vec::new()
        } else {
            vec![("backup-keep", Raw::text("3"))]
        };
        let layers = layers(&path, variables, flags);
        let (settings, problems) = Settings::read(&layers);
        assert_eq!(problems, []);
        let expected = match said {
            4.. => 3,
            2.. => 2,
            1 => 1,
            _ => 20,
        };
        assert_eq!(
            settings.backup.unwrap().keep,
            expected,
            "said by {said:03b}"
        );
        let origin = layers.told("backup-keep").unwrap().origin.to_string();
        let file = format!("{}:2", path.display());
        let from = ["default", &file, "MARAUDE_BACKUP_KEEP", "--backup-keep"];
        let rank = [20, 1, 2, 3].iter().position(|n| *n == expected).unwrap();
        assert_eq!(origin, from[rank]);
    }
}

#[test]
fn every_problem_is_told_at_once_with_its_line_and_what_to_do() {
    let told = problems(
        "listn = \"0.0.0.0:443\"\n\
         listen = \"here\"\n\
         \n\
         behind-proxy = \"perhaps\"\n\
         trusted-proxy = [\"proxy.example.org\", \"192.0.2.300\", \"192.0.2.7\"]\n\
         tls-cert = \"/c.pem\"\n\
         backup-every = 0\n\
         backup-keep = 1.5\n\
         public-url = \"https://lucie:secret@maraude.example.org\"\n\
         log = \"inof\"\n\
         log-format = \"xml\"\n\
         colour = \"blue\"\n\
         [server]\n\
         listen = \"x\"\n",
    );
    assert_eq!(
        told,
        [
            "m.toml:1: listn: no such key; did you mean listen?",
            "m.toml:2: listen: \"here\" does not read; write an address and port, as 127.0.0.1:8600",
            "m.toml:4: behind-proxy: \"perhaps\" does not read; write true or false",
            "m.toml:5: trusted-proxy: \"proxy.example.org\" is no address; write the address the \
             proxy connects from, as 192.0.2.7, without port or name",
            "m.toml:5: trusted-proxy: \"192.0.2.300\" is no address; write the address the \
             proxy connects from, as 192.0.2.7, without port or name",
            "m.toml:5: trusted-proxy: nothing is behind a proxy; say behind-proxy too, or take it out",
            "m.toml:6: tls-cert: its key is missing; name it: tls-key",
            "m.toml:7: backup-every: 0 is never; write minutes, from 1 to 65535",
            "m.toml:7: backup-every: no copies are made; name the folder: backup, or take it out",
            "m.toml:8: backup-keep: \"a number with a comma\" does not read; write how many older \
             copies stay",
            "m.toml:8: backup-keep: no copies are made; name the folder: backup, or take it out",
            "m.toml:9: public-url: it is no address of a server; write https://NAME or \
             https://NAME:PORT, nothing after it",
            "m.toml:10: log: \"inof\" names no level; write error, warn, info, debug or trace, or \
             PART=LEVEL,...",
            "m.toml:11: log-format: \"xml\" is no format; write text or json",
            "m.toml:12: colour: no such key; `maraude config show` lists all keys",
            "m.toml:13: server: no such section; the file has none: write its keys above, without it",
        ]
    );
}

#[test]
fn lines_that_are_no_toml_are_all_told() {
    let told = problems("listen = \ndata = \"/d\nbackup = \"/b\"\n");
    let lines: Vec<_> = told.iter().map(|line| line.split(": ").next()).collect();
    assert!(lines.contains(&Some("m.toml:1")), "{told:?}");
    assert!(lines.contains(&Some("m.toml:2")), "{told:?}");
}

#[test]
fn what_does_not_go_together_is_told_wherever_it_was_said() {
    let with = |text: &str, variables: &[(&str, &str)]| {
        let folder = folder();
        let path = folder.path().join("m.toml");
        std::fs::write(&path, text).unwrap();
        let (_, problems) = Settings::read(&layers(&path, variables, Vec::new()));
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let pair = "tls-cert = \"/c\"\ntls-key = \"/k\"\n";
    assert_eq!(
        with(pair, &[("MARAUDE_BEHIND_PROXY", "true")]),
        [
            "MARAUDE_BEHIND_PROXY: certificate and proxy both; take out behind-proxy, or tls-cert and \
          tls-key"
        ]
    );
    assert_eq!(with("", &[("MARAUDE_LISTEN", "0.0.0.0:80")]).len(), 1);
    let proxy = "behind-proxy = true\nlisten = \"0.0.0.0:80\"\n";
    assert_eq!(with(proxy, &[]).len(), 1);
    assert_eq!(
        with(proxy, &[("MARAUDE_TRUSTED_PROXY", "192.0.2.7")]),
        [""; 0]
    );
    assert_eq!(
        with("", &[("MARAUDE_LISTNE", "127.0.0.1:1")]),
        ["MARAUDE_LISTNE: no such variable; did you mean MARAUDE_LISTEN?"]
    );
    assert_eq!(with("", &[("MARAUDE_KILLS", "200")]), [""; 0]);
}

#[test]
fn a_named_file_must_be_there_and_the_usual_one_need_not() {
    let absent = folder().path().join("absent.toml");
    let named = layers(&absent, &[], Vec::new());
    assert_eq!(named.problems.len(), 1);
    let usual = Layers::read(Sources {
        usual: Some(absent),
        ..Sources::default()
    });
    assert_eq!(usual.problems, []);
    assert_eq!(usual.file, None);
}

/// What `look` finds, without the folder it happened in.
fn looked_at(folder: &Path, text: &str) -> Vec<String> {
    let path = folder.join("m.toml");
    let text = text.replace("HERE", &folder.display().to_string());
    std::fs::write(&path, text).unwrap();
    let layers = layers(&path, &[], Vec::new());
    let (settings, problems) = Settings::read(&layers);
    assert_eq!(problems, []);
    let here = format!("{}/", folder.display());
    let told = look(&settings, &layers);
    let told = told.iter().map(ToString::to_string);
    told.map(|line| line.replace(&here, "")).collect()
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_missing_or_readable_by_others_is_told() {
    let folder = folder();
    let here = folder.path();
    let text = "data = \"HERE/d\"\nmaster-key = \"HERE/k\"\nbackup = \"HERE/b\"\n";
    assert_eq!(
        looked_at(here, text),
        [
            "m.toml:1: data: d is no data folder; maraude init --data d --master-key FILE",
            "m.toml:2: master-key: k does not read (No such file or directory (os error 2)); name \
             the right one, or let this account read it",
            "m.toml:3: backup: there is no folder b; make it, or mount its disk",
        ]
    );
    std::fs::create_dir_all(here.join("d/b")).unwrap();
    std::fs::create_dir(here.join("b")).unwrap();
    std::fs::write(here.join("d/server.db"), []).unwrap();
    std::fs::write(here.join("k"), []).unwrap();
    for (name, open) in [("d", 0o750), ("k", 0o640), ("b", 0o755)] {
        mode(&here.join(name), open);
    }
    assert_eq!(
        looked_at(here, text),
        [
            "m.toml:1: data: others than its owner may use d (mode 750); chmod 700 d",
            "m.toml:2: master-key: others than its owner may use k (mode 640); chmod 600 k",
            "m.toml:3: backup: others than its owner may use b (mode 755); chmod 700 b",
        ]
    );
    // Control: what is well is not told.
    for (name, private) in [("d", 0o700), ("k", 0o600), ("b", 0o700), ("d/b", 0o700)] {
        mode(&here.join(name), private);
    }
    assert_eq!(looked_at(here, text), [""; 0]);
    let inside = text.replace("HERE/b", "HERE/d/b");
    assert_eq!(
        looked_at(here, &inside),
        [
            "m.toml:3: backup: the copies lie in the folder they are of; name a folder of another disk"
        ]
    );
}

#[test]
fn a_pair_of_tls_that_does_not_match_is_told() {
    let folder = folder();
    let here = folder.path();
    std::fs::create_dir(here.join("d")).unwrap();
    mode(&here.join("d"), 0o700);
    std::fs::write(here.join("d/server.db"), []).unwrap();
    for name in ["one", "two"] {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(here.join(format!("{name}.pem")), made.cert.pem()).unwrap();
        let key = here.join(format!("{name}.key"));
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        mode(&key, 0o640);
    }
    let with = |key: &str| {
        let pair = format!("tls-cert = \"HERE/one.pem\"\ntls-key = \"HERE/{key}\"\n");
        looked_at(here, &format!("data = \"HERE/d\"\n{pair}"))
    };
    // Control first: the pair that matches.
    assert_eq!(with("one.key"), [""; 0]);
    let told = with("two.key");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("m.toml:3: tls-key: certificate and key do not belong together"));
    let told = with("one.pem");
    assert!(
        told.iter()
            .any(|line| line.contains("one.pem holds no key in PEM")),
        "{told:?}"
    );
    mode(&here.join("one.key"), 0o644);
    assert_eq!(
        with("one.key"),
        ["m.toml:3: tls-key: others than its owner may use one.key (mode 644); chmod 640 one.key"]
    );
}

fn problems_of_metrics(listen: &str) -> Vec<String> {
    problems(&format!("metrics-listen = \"{listen}\"\n"))
}

#[test]
fn what_may_hold_a_password_is_not_shown() {
    let key = Key::named("public-url").unwrap();
    assert_eq!(key.shown(&Raw::text("https://a:b@c")), "[hidden]");
    assert_eq!(key.shown(&Raw::text("https://c")), "https://c");
    let token = Key::named("metrics-token").unwrap();
    assert_eq!(token.shown(&Raw::text("anything")), "[hidden]");
    let (_folder, layers) = of_file("metrics-token = \"Tokenmark\"\n");
    let (settings, problems) = Settings::read(&layers);
    assert_eq!(problems.len(), 2);
    assert!(!format!("{settings:?} {problems:?}").contains("Tokenmark"));
    let beyond = problems_of_metrics("0.0.0.0:9464");
    assert_eq!(beyond.len(), 1, "{beyond:?}");
    assert_eq!(problems_of_metrics("127.0.0.1:9464"), [""; 0]);
}

#[test]
fn an_authority_is_asked_for_names_and_nothing_else_speaks_tls() {
    let all = "acme = [\"Maraude.example.org\", \"m.example.org\"]\nacme-contact = \"it@example.org\"\n\
               listen = \"0.0.0.0:443\"\n";
    let (_folder, layers) = of_file(all);
    let (settings, problems_found) = Settings::read(&layers);
    assert_eq!(problems_found, []);
    let Transport::Acme(acme) = settings.transport else {
        panic!("{:?}", settings.transport);
    };
    assert_eq!(acme.names, ["maraude.example.org", "m.example.org"]);
    assert_eq!(acme.contact.as_deref(), Some("mailto:it@example.org"));
    assert_eq!(acme.directory, LETS_ENCRYPT);

    for (text, told) in [
        (
            "acme = [\"https://a.example.org\"]",
            "\"https://a.example.org\" is no name",
        ),
        ("acme = [\"192.0.2.7\"]", "\"192.0.2.7\" is no name"),
        ("acme = [\"*.example.org\"]", "\"*.example.org\" is no name"),
        ("acme = []", "no name is given"),
        ("acme-contact = \"it@example.org\"", "no authority is asked"),
        (
            "acme = \"a.example.org\"\nbehind-proxy = true",
            "comes from elsewhere",
        ),
        (
            "acme = \"a.example.org\"\ntls-cert = \"/a\"\ntls-key = \"/b\"",
            "comes from elsewhere",
        ),
        (
            "acme = \"a.example.org\"\nacme-directory = \"http://ca.example.org\"",
            "over HTTPS only",
        ),
    ] {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains(told), "{text}: {found:?}");
    }
    // Not repeated: it is somebody's.
    let found = problems("acme = \"a.example.org\"\nacme-contact = \"Contactmark\"\n");
    assert_eq!(found.len(), 1);
    assert!(!found[0].contains("Contactmark"), "{found:?}");
}

/// The file that the package ships.
const SHIPPED: &str = include_str!("../../../xtask/package/maraude.toml");

#[test]
fn the_shipped_file_reads_and_tells_every_key() {
    let (_folder, layers) = of_file(SHIPPED);
    assert_eq!(Settings::read(&layers).1, []);
    // Its examples, alone each: they exclude each other.
    let mut named = Vec::new();
    for line in SHIPPED.lines() {
        let line = line.trim_start_matches('#').trim_end();
        let Some((key, _)) = line.split_once(" = ") else {
            continue;
        };
        let (_folder, layers) = of_file(line);
        assert_eq!(layers.problems, [], "{line}");
        assert!(layers.is_said(key), "{line}");
        named.push(key.to_owned());
    }
    for key in KEYS {
        assert!(named.iter().any(|name| name == key.name), "{}", key.name);
    }
}
