//! TLS under a client's connections, for a target that stands behind a proxy. It trusts the one certificate that it was
//! made with, and says before the first request what is spoken: HTTP/2 or HTTP/1.1 (ALPN, RFC 7301).

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use wire::Io;

use crate::Speaks;

/// What a client needs to reach a server over TLS. Cloning shares it.
#[derive(Clone)]
pub struct Tls {
    http1: TlsConnector,
    http2: TlsConnector,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Trusts `certificate` (PEM), and nothing and nobody else.
    ///
    /// # Errors
    /// When it is no certificate.
    pub fn trusting(certificate: &str) -> Result<Self, String> {
        let no = |why: &dyn std::fmt::Display| format!("this is no certificate that can be trusted: {why}");
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(|why| no(&why))?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate).map_err(|why| no(&why))?;
        let plain = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let plain = plain.with_safe_default_protocol_versions().map_err(|why| no(&why))?;
        let mut config = plain.with_root_certificates(roots).with_no_client_auth();
        // Each subscriber is another visitor: none goes on where a stranger's connection ended.
        config.resumption = Resumption::disabled();
        let connector = |speaks: Speaks| {
            let mut config = config.clone();
            config.alpn_protocols = vec![alpn(speaks).to_vec()];
            TlsConnector::from(Arc::new(config))
        };
        Ok(Self { http1: connector(Speaks::Http1), http2: connector(Speaks::Http2) })
    }

    /// TLS on `io`, to whoever is called so in `authority`.
    pub(crate) async fn cover(
        &self,
        io: Box<dyn Io>,
        authority: &str,
        speaks: Speaks,
    ) -> io::Result<Box<dyn Io>> {
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connector = match speaks {
            Speaks::Http1 => &self.http1,
            Speaks::Http2 => &self.http2,
        };
        let covered = connector.connect(name, io).await?;
        // A server that knows no ALPN agrees to nothing; it then speaks HTTP/1.1.
        let agreed = covered.get_ref().1.alpn_protocol();
        if agreed != Some(alpn(speaks)) && (speaks == Speaks::Http2 || agreed.is_some()) {
            return Err(io::Error::other(format!("{authority} does not speak HTTP/2")));
        }
        Ok(Box::new(covered))
    }
}

/// How the protocol is called in ALPN (RFC 7301 6, RFC 9113 3.2).
fn alpn(speaks: Speaks) -> &'static [u8] {
    match speaks {
        Speaks::Http1 => b"http/1.1",
        Speaks::Http2 => b"h2",
    }
}
