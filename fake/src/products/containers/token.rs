//! Tokens of containers, which only the older API has.

use super::{CONTAINER, namespace};
use crate::call::{Call, Handled};
use crate::products::{Product, functions};
use crate::store::{Kind, Missing};

/// Nothing of this API but tokens: its containers, triggers and domains are those of the newer one in other words.
pub(crate) static TOKENS: Product = Product {
    document: "container.v1beta1",
    kinds: &[&TOKEN],
    routes: &[
        ("CreateToken", create),
        ("GetToken", |call| call.get(&TOKEN)),
        ("ListTokens", |call| call.list(&TOKEN)),
        ("DeleteToken", |call| call.delete_in_time(&TOKEN)),
    ],
};

pub(crate) static TOKEN: Kind = Kind {
    transient: functions::PASSING,
    ..Kind::new("containers/token", "Token", "tokens", Missing::Message("Token was not found"))
};

fn create(call: &mut Call<'_>) -> Handled {
    functions::create_token(call, &TOKEN, ("container_id", &CONTAINER), &namespace::NAMESPACE)
}
