//! A throwaway certificate: made for one front, for this machine only, signed by itself and known to nobody who was not
//! given it. Its key lies in the front's own directory and goes with it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The file of the certificate, in the directory of its front.
pub(crate) const FILE: &str = "certificate.pem";
/// The file of its key.
pub(crate) const KEY_FILE: &str = "key.pem";

/// What whoever connects must know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Itself.
    pub pem: String,
    /// Its SHA-256, as Firefox wants it: `AB:CD:...`.
    pub sha256: String,
    /// The SHA-256 of its public key in base64, as Chromium wants it.
    pub key_sha256: String,
}

impl Certificate {
    /// Makes one for `localhost` and 127.0.0.1, from an hour ago until in a day, and writes it and its key into
    /// `directory`.
    ///
    /// # Errors
    /// When that fails, or this was built without.
    #[cfg(feature = "http2")]
    pub(crate) fn write(directory: &Path) -> Result<Self, Error> {
        use std::time::{Duration, SystemTime, UNIX_EPOCH};

        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        use rcgen::{CertificateParams, KeyPair, PublicKeyData as _, date_time_ymd};
        use ring::digest::{SHA256, digest};

        const HOUR: Duration = Duration::from_secs(60 * 60);
        let failed = |error: rcgen::Error| Error::Start {
            who: "nginx".to_owned(),
            why: format!("its certificate could not be made: {error}"),
        };
        let key = KeyPair::generate().map_err(failed)?;
        let mut params =
            CertificateParams::new(["localhost", "127.0.0.1"].map(str::to_owned)).map_err(failed)?;
        let now =
            date_time_ymd(1970, 1, 1) + SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (params.not_before, params.not_after) = (now - HOUR, now + 24 * HOUR);
        let made = params.self_signed(&key).map_err(failed)?;
        let path = |name: &str| directory.join(name);
        let cannot = |name: &str, why| Error::Path { path: path(name), why };
        std::fs::write(path(FILE), made.pem()).map_err(|why| cannot(FILE, why))?;
        private(&path(KEY_FILE), &key.serialize_pem()).map_err(|why| cannot(KEY_FILE, why))?;
        let bytes = digest(&SHA256, made.der());
        let pairs: Vec<_> = bytes.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Self {
            pem: made.pem(),
            sha256: pairs.join(":"),
            key_sha256: STANDARD.encode(digest(&SHA256, &key.subject_public_key_info())),
        })
    }

    #[cfg(not(feature = "http2"))]
    pub(crate) fn write(_directory: &Path) -> Result<Self, Error> {
        Err(Error::NoHttp2)
    }
}

/// Writes what nobody else may read.
#[cfg(feature = "http2")]
fn private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(path)?, text.as_bytes())
}

#[cfg(all(test, feature = "http2"))]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same_and_both_parts_are_written() {
        let directory = std::env::temp_dir().join(format!("fourways-certificate-{:016x}", fastrand::u64(..)));
        std::fs::create_dir(&directory).unwrap();
        let (one, two) = (Certificate::write(&directory).unwrap(), Certificate::write(&directory).unwrap());
        let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
        assert_eq!(read(FILE), two.pem);
        assert!(read(KEY_FILE).contains("PRIVATE KEY") && !two.pem.contains("PRIVATE KEY"));
        std::fs::remove_dir_all(&directory).unwrap();
        assert!(one.pem != two.pem && one.sha256 != two.sha256 && one.key_sha256 != two.key_sha256);
        assert_eq!((two.sha256.len(), two.key_sha256.len()), (32 * 3 - 1, 44));
    }
}
