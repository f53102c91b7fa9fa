//! Files, by one rule: who else could lead a path elsewhere, read a file or change it; and how a file is
//! replaced whole.

#[cfg(feature = "cli")]
mod descriptor;
mod folder;
mod lock;
#[cfg(feature = "cli")]
mod output;
mod own;
#[cfg(feature = "cli")]
mod part;
mod pipe;
mod private_file;
mod replace;
mod temporary;
mod walk;

use std::io;
use std::path::Path;

#[cfg(feature = "cli")]
pub(crate) use lock::hold;
#[cfg(feature = "cli")]
pub(crate) use output::{Output, output};
#[cfg(feature = "cli")]
pub(crate) use own::{check_exchange, create_own, try_own};
pub(crate) use own::{mode_open_to_others, open_lock, own_folder, read_own, replace_own};
#[cfg(feature = "cli")]
pub(crate) use part::Partial;
#[cfg(feature = "cli")]
pub(crate) use pipe::has_waiting_input;
#[cfg(feature = "cli")]
pub(crate) use private_file::is_exposure;
pub(crate) use private_file::{SecretFile, check_trusted_folder};
#[cfg(feature = "cli")]
pub(crate) use replace::Replacement;
#[cfg(feature = "cli")]
pub(crate) use temporary::{before_first, remove_all};

/// A path for messages. A text that can be no path is not shown: more than once somebody has put
/// a key where the name of its file belongs.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_odd = text.len() > 512 || text.contains(['\n', '\r']) || text.contains("\\n");
    if is_odd || text.contains("-----") {
        "(not shown: this is no name of a file)".to_owned()
    } else {
        text.into_owned()
    }
}

/// The cause of an I/O failure in lower case and without the number.
pub(crate) fn cause(error: &io::Error) -> String {
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return "is a symbolic link".to_owned();
    }
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space left on device".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "read-only file system".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let mut text = text.to_owned();
            if let Some(first) = text.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            text
        }
    }
}
