use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

fn reply(status: u16, challenges: &[&str]) -> EndpointResponse {
    EndpointResponse {
        status,
        retry_after: None,
        challenges: challenges.iter().map(|text| (*text).to_owned()).collect(),
        client_request_id: String::new(),
        body: Zeroizing::default(),
        redactor: Redactor::new(),
    }
}

#[test]
fn a_challenge_names_exactly_one_file() {
    let named = reply(401, &["Basic realm=/t/a.key"]);
    assert_eq!(challenge(&named).unwrap(), Some(Path::new("/t/a.key")));
    for bad in [
        reply(200, &["Basic realm=/t/a.key"]),
        reply(204, &[]),
        reply(302, &[]),
        reply(401, &[]),
        reply(401, &["Basic realm=/t/a.key", "Basic realm=/t/b.key"]),
        reply(401, &["Basic realm="]),
        reply(401, &["Bearer realm=/t/a.key"]),
        reply(401, &["/t/a.key"]),
    ] {
        let error = challenge(&bad).unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{bad:?}");
    }
    assert_eq!(challenge(&reply(400, &[])).unwrap(), None);
    assert_eq!(challenge(&reply(503, &[])).unwrap(), None);
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mgd-arc-{}-{count}", std::process::id());
        let path = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
        fs::create_dir_all(path.join("tokens")).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn key(&self, named: &Path) -> Result<String, Error> {
        let key = read_key(named, &self.0.join("tokens"), &Redactor::new())?;
        Ok(key.expose().to_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_key_of_the_agents_is_read() {
    let folder = Folder::new();
    let key = folder.write("tokens/a.key", b"k-1\n");
    assert_eq!(folder.key(&key).unwrap(), "k-1");
    let most = folder.write("tokens/b.key", &[b'k'; 4096]);
    assert_eq!(folder.key(&most).unwrap().len(), 4096);
}

#[track_caller]
fn refused(folder: &Folder, named: &Path) {
    let error = folder.key(named).unwrap_err();
    assert!(matches!(error, Error::Protocol(_)), "{error}");
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn a_file_outside_of_the_folder_is_not_read() {
    let folder = Folder::new();
    let outside = folder.write("a.key", b"canary");
    let inside = folder.0.join("tokens");
    fs::create_dir(inside.join("deep")).unwrap();
    let deep = folder.write("tokens/deep/a.key", b"canary");
    refused(&folder, &outside);
    refused(&folder, &deep);
    refused(&folder, &inside.join("../a.key"));
    refused(&folder, Path::new("/etc/passwd"));
    refused(&folder, Path::new("a.key"));
    refused(&folder, Path::new("/"));
    refused(&folder, &folder.0.join("missing/a.key"));
}

#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let folder = Folder::new();
    let outside = folder.write("a.key", b"canary");
    let link = folder.0.join("tokens/a.key");
    symlink(&outside, &link).unwrap();
    refused(&folder, &link);
    let text = folder.write("tokens/b.txt", b"canary");
    let link = folder.0.join("tokens/b.key");
    symlink(&text, &link).unwrap();
    refused(&folder, &link);
}

#[test]
fn a_file_that_is_no_key_is_not_sent() {
    let folder = Folder::new();
    refused(&folder, &folder.write("tokens/a.txt", b"canary"));
    refused(&folder, &folder.write("tokens/key", b"canary"));
    refused(&folder, &folder.write("tokens/empty.key", b"\n"));
    refused(&folder, &folder.write("tokens/large.key", &[b'k'; 5000]));
    fs::create_dir(folder.0.join("tokens/folder.key")).unwrap();
    refused(&folder, &folder.0.join("tokens/folder.key"));
    let error = folder
        .key(&folder.0.join("tokens/missing.key"))
        .unwrap_err();
    assert!(matches!(error, Error::Parameters(_)));
}

#[test]
fn only_a_confirmed_identity_counts() {
    let client = Selector::ClientId("AB".to_owned());
    let object = Selector::ObjectId("ab".to_owned());
    let resource = Selector::ResourceId("/S/r".to_owned());
    assert!(confirm(&Selector::System, b"").is_ok());
    assert!(confirm(&client, br#"{"client_id":"ab"}"#).is_ok());
    assert!(confirm(&object, br#"{"object_id":"ab"}"#).is_ok());
    assert!(confirm(&resource, br#"{"msi_res_id":"/s/R"}"#).is_ok());
    assert!(confirm(&resource, br#"{"mi_res_id":"/s/r"}"#).is_ok());
    for body in ["{}", "", "[]", r#"{"client_id":"cd","object_id":7}"#] {
        for selector in [&client, &object, &resource] {
            let error = confirm(selector, body.as_bytes()).unwrap_err();
            assert!(matches!(error, Error::Protocol(_)));
        }
    }
    // An object id is no client id, though the texts are equal.
    assert!(confirm(&object, br#"{"client_id":"ab"}"#).is_err());
}
