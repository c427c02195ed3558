//! AWS signatures of version 4, verified here because `s3s` verifies those of Object Storage only.

use s3s::crypto::{Checksum, Sha256};

use crate::request::Received;

/// The signature of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signature<'a> {
    pub(super) access_key: &'a str,
    date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    headers: &'a str,
    code: &'a str,
}

impl<'a> Signature<'a> {
    /// The signature in the header of a request.
    pub(super) fn of(received: &'a Received) -> Option<Self> {
        let fields = received.header("authorization")?.strip_prefix("AWS4-HMAC-SHA256")?;
        let field = |name: &str| fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
        let mut scope = field("Credential")?.split('/');
        let [access_key, date, region, service] = std::array::from_fn(|_| scope.next().unwrap_or_default());
        let (headers, code) = (field("SignedHeaders")?, field("Signature")?);
        Some(Self { access_key, date, region, service, headers, code })
    }

    /// Whether the signature was made with this secret key.
    pub(super) fn is_by(&self, secret_key: &str, received: &Received) -> bool {
        let Self { date, region, service, .. } = self;
        let scope = format!("{date}/{region}/{service}/aws4_request");
        let time = received.header("x-amz-date").unwrap_or_default();
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(self.canonical(received).as_bytes()));
        let first = format!("AWS4{secret_key}").into_bytes();
        let parts = [*date, *region, *service, "aws4_request", text.as_str()];
        let signature = parts.iter().fold(first, |key, part| mac(&key, part));
        hex::encode(signature) == self.code
    }

    /// The canonical form of the request.
    fn canonical(&self, received: &Received) -> String {
        let mut query: Vec<&str> = received.uri.query().unwrap_or_default().split('&').collect();
        query.sort_unstable();
        let header = |name: &str| {
            let words = received.header(name).unwrap_or_default().split_whitespace();
            format!("{name}:{}\n", words.collect::<Vec<_>>().join(" "))
        };
        let headers: String = self.headers.split(';').map(header).collect();
        let (path, query, body) = (&received.path, query.join("&"), hash(&received.body));
        format!("{}\n{path}\n{query}\n{headers}\n{}\n{body}", received.method, self.headers)
    }
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::checksum(bytes))
}

/// HMAC with SHA-256 (RFC 2104).
fn mac(key: &[u8], text: &str) -> Vec<u8> {
    const BLOCK: usize = 64;
    let hashed = Sha256::checksum(key);
    let key = if key.len() > BLOCK { hashed.as_ref() } else { key };
    let padded = |pad: u8| (0..BLOCK).map(|at| key.get(at).copied().unwrap_or_default() ^ pad).collect::<Vec<u8>>();
    let inner = Sha256::checksum(&[padded(0x36), text.as_bytes().to_vec()].concat());
    Sha256::checksum(&[padded(0x5c), inner.as_ref().to_vec()].concat()).as_ref().to_vec()
}
