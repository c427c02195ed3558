//! SSH public keys of projects, without comment, with the fingerprint of their body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use serde_json::json;

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::response::ApiError;

static SSH_KEY: Named = Named::new("iam/ssh_key");

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let given = call.text("public_key");
    let mut words = given.split_whitespace();
    let key = words.next().zip(words.next()).and_then(|(kind, body)| Some((kind, body, BASE64.decode(body).ok()?)));
    let Some((kind, body, bytes)) = key else {
        return Err(ApiError::constraint("public_key", "it is not an SSH public key"));
    };
    let digits: Vec<String> = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let known = json!({
        "public_key": format!("{kind} {body}"),
        "fingerprint": format!("{} MD5:{} ({kind})", bits(kind, &bytes), digits.join(":")),
    });
    plain::create(call, SSH_KEY.plain(), known)
}

/// The strength of a key: the size of an elliptic curve is in its name; the size of an RSA key is that of its modulus,
/// the last number.
fn bits(kind: &str, body: &[u8]) -> usize {
    match kind {
        "ecdsa-sha2-nistp384" => 384,
        "ecdsa-sha2-nistp521" => 521,
        "ssh-rsa" => last_number(body).map_or(0, |modulus| modulus.iter().skip_while(|byte| **byte == 0).count() * 8),
        _ => 256,
    }
}

/// The last of the length-prefixed parts.
fn last_number(mut body: &[u8]) -> Option<&[u8]> {
    let mut last = None;
    while let Some((length, rest)) = body.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        last = Some(rest.get(..length)?);
        body = &rest[length..];
    }
    last
}
