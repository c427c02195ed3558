//! One login to a PostgreSQL database, to test a user and password.
//!
//! It uses PostgreSQL's protocol, without limiter, breaker and counters, which belong to the API. No query is sent.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres::{Config, NoTls};
use tokio_rustls::TlsConnector;

/// The application name in the log of the database.
const APPLICATION: &str = "evalap-scaleway";

/// A login: server, user and password.
#[derive(Clone)]
pub struct Login {
    /// The host of the database.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The name of the database.
    pub database: String,
    /// The name of the user.
    pub user: String,
    /// The password of the user.
    pub password: SecretString,
    /// How the connection is encrypted.
    pub encryption: Encryption,
}

/// How a connection to a database is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Not encrypted.
    None,
    /// Encrypted, with any certificate: managed databases have self-signed certificates.
    AnyCertificate,
    /// Encrypted, and only if the server presents one of these certificates.
    Known(Vec<CertificateDer<'static>>),
}

impl Encryption {
    /// Requires a certificate of this PEM document.
    pub fn known(pem: &str) -> Result<Self, String> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        match certificates {
            Ok(certificates) if !certificates.is_empty() => Ok(Self::Known(certificates)),
            _ => Err("the certificate is not in PEM format".to_owned()),
        }
    }
}

/// Logs in and out. Fails with the error of the database or the network, which does not contain the password.
pub async fn log_in(login: &Login) -> Result<(), String> {
    let no_connection = |error: io::Error| format!("no connection ({error})");
    let stream = TcpStream::connect((login.host.as_str(), login.port)).await.map_err(no_connection)?;
    let mut config = Config::new();
    config.user(&login.user).password(login.password.expose_secret()).dbname(&login.database);
    config.application_name(APPLICATION);
    match &login.encryption {
        Encryption::None => enter(config.ssl_mode(SslMode::Disable), stream, NoTls).await,
        Encryption::AnyCertificate => {
            enter(config.ssl_mode(SslMode::Require), stream, Encrypting::new(login, None)?).await
        }
        Encryption::Known(certificates) => {
            let encrypting = Encrypting::new(login, Some(certificates.clone()))?;
            enter(config.ssl_mode(SslMode::Require), stream, encrypting).await
        }
    }
}

async fn enter<T: TlsConnect<TcpStream>>(config: &Config, stream: TcpStream, tls: T) -> Result<(), String> {
    let (client, connection) = config.connect_raw(stream, tls).await.map_err(|error| reason(&error))?;
    drop(client);
    // Closes the connection; an error of this is irrelevant.
    let _ = connection.await;
    Ok(())
}

/// The error message of the database, otherwise the root cause.
fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(database) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", database.message(), database.code().code());
    }
    let mut root: &dyn StdError = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root.to_string()
}

/// Encrypts a connection, as set by [`Encryption`].
struct Encrypting {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Encrypting {
    fn new(login: &Login, known: Option<Vec<CertificateDer<'static>>>) -> Result<Self, String> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(PinnedCertificates { known, provider: Arc::clone(&provider) });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let name = ServerName::try_from(login.host.clone()).map_err(|_| "the host name is not valid".to_owned())?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }
}

impl TlsConnect<TcpStream> for Encrypting {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, stream: TcpStream) -> Self::Future {
        Box::pin(async move { self.connector.connect(self.name, stream).await.map(Encrypted) })
    }
}

/// An encrypted connection, without channel binding: that requires a certificate that is trusted in another way.
struct Encrypted(tokio_rustls::client::TlsStream<TcpStream>);

impl TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// Verifies the certificate of a server. Certificates of managed databases are self-signed, so it must be one of the known
/// certificates if there are any. That the server has the private key is always verified.
#[derive(Debug)]
struct PinnedCertificates {
    known: Option<Vec<CertificateDer<'static>>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedCertificates {
    fn verify_server_cert(
        &self,
        presented: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.known {
            Some(known) if !known.iter().any(|known| known == presented) => {
                Err(rustls::Error::General("the certificate of the server is not the configured one".to_owned()))
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Prints user and server, without the password.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, database, user, .. } = self;
        write!(f, "{user}@{host}:{port}/{database}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    async fn closed_port() -> Login {
        let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let (database, user) = ("app".to_owned(), "bob".to_owned());
        let password = SecretString::from("canary".to_owned());
        Login { host: "127.0.0.1".to_owned(), port, database, user, password, encryption: Encryption::AnyCertificate }
    }

    #[tokio::test]
    async fn a_failed_connection_is_an_error_without_the_password() {
        let login = closed_port().await;
        let error = log_in(&login).await.unwrap_err();
        assert!(error.starts_with("no connection (Connection refused"), "{error}");
        assert!(!format!("{login:?}").contains("canary"));
    }

    #[tokio::test]
    async fn a_server_without_tls_does_not_get_the_password_if_encryption_is_required() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let login = Login { port: listener.local_addr().unwrap().port(), ..closed_port().await };
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 8];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_all(b"N").await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            rest
        };
        let (result, rest) = tokio::join!(log_in(&login), server);
        assert_eq!(result.unwrap_err(), "server does not support TLS");
        assert_eq!(rest, b"");
    }

    #[test]
    fn a_certificate_that_is_not_pem_is_rejected() {
        assert!(Encryption::known("what").is_err());
        let pem = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n";
        assert_eq!(Encryption::known(pem).unwrap(), Encryption::Known(vec![CertificateDer::from(vec![0, 1, 2])]));
    }

    /// A self-signed certificate, as managed databases have, and its private key.
    const CERTIFICATE: &str = "MIIBfDCCASGgAwIBAgIUSTPOQmcSIyGx2Eh99mAqAqgM+l0wCgYIKoZIzj0EAwIw\n\
        EjEQMA4GA1UEAwwHbWFkZS11cDAgFw0yNjExMjUxOTQzMzlaGA8yMTI2MTEwMTE5\n\
        NDMzOVowEjEQMA4GA1UEAwwHbWFkZS11cDBZMBMGByqGSM49AgEGCCqGSM49AwEH\n\
        A0IABBpuh+sR0h1VZRs4KVFBiUzEcXMuDIpaojY1fEDovtQe2Rqdi/rO3M+SmEPk\n\
        ljwHAvOOdwfj/MVah3a4O6LLE7GjUzBRMB0GA1UdDgQWBBRTaCLVcp0OLFOrDBJ9\n\
        8c4FC2ZkvjAfBgNVHSMEGDAWgBRTaCLVcp0OLFOrDBJ98c4FC2ZkvjAPBgNVHRMB\n\
        Af8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDzhxglk0SDR4k+RdA9czwkM61z\n\
        5aVZt3K1G79UUYmQegIhAOqPBuiK+Fw8qbqZdov/R405VaATvZqlVST6QLVyQ99Q";
    const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSa4fFAYh+txoI7H7\n\
        oephPtKZi7Z9+g4mFEtcSkuGP7mhRANCAAQabofrEdIdVWUbOClRQYlMxHFzLgyK\n\
        WqI2NXxA6L7UHtkanYv6ztzPkphD5JY8BwLzjncH4/zFWod2uDuiyxOx";

    fn pem(what: &str, text: &str) -> String {
        format!("-----BEGIN {what}-----\n{text}\n-----END {what}-----\n")
    }

    /// Accepts one login over TLS, and returns the received password without its terminating zero byte.
    async fn serve(listener: &tokio::net::TcpListener) -> io::Result<String> {
        use rustls::pki_types::PrivateKeyDer;
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let certificate = CertificateDer::from_pem_slice(pem("CERTIFICATE", CERTIFICATE).as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(pem("PRIVATE KEY", KEY).as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let (mut stream, _) = listener.accept().await?;
        let mut request = [0; 8];
        stream.read_exact(&mut request).await?;
        stream.write_all(b"S").await?;
        let mut stream = tokio_rustls::TlsAcceptor::from(Arc::new(config)).accept(stream).await?;
        let length = stream.read_u32().await?;
        stream.read_exact(&mut vec![0; length as usize - 4]).await?;
        stream.write_all(b"R\0\0\0\x08\0\0\0\x03").await?;
        assert_eq!(stream.read_u8().await?, b'p');
        let mut password = vec![0; stream.read_u32().await? as usize - 4];
        stream.read_exact(&mut password).await?;
        stream.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await?;
        // Until the client terminates the session.
        let _ = stream.read_u8().await;
        Ok(String::from_utf8_lossy(&password).trim_end_matches('\0').to_owned())
    }

    #[tokio::test]
    async fn only_a_server_with_the_known_certificate_gets_the_password() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let login = Login { port: listener.local_addr().unwrap().port(), ..closed_port().await };
        let known = Encryption::known(&pem("CERTIFICATE", CERTIFICATE)).unwrap();
        for encryption in [Encryption::AnyCertificate, known] {
            let login = Login { encryption, ..login.clone() };
            let (result, password) = tokio::join!(log_in(&login), serve(&listener));
            result.unwrap();
            assert_eq!(password.unwrap(), "canary");
        }
        let other = Encryption::known(&pem("CERTIFICATE", "AAEC")).unwrap();
        let login = Login { encryption: other, ..login };
        let (result, password) = tokio::join!(log_in(&login), serve(&listener));
        assert!(result.unwrap_err().contains("is not the configured one"));
        assert!(password.is_err());
    }
}
