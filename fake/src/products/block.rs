//! Block Storage. Code is needed for volumes that a server uses: their status after a change is not `available`.

use std::time::Duration;

use serde_json::Value;

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;

static VOLUME: Named = Named::new("block/volume");

pub(crate) static PRODUCT: Product =
    Product { document: "block.v1", kinds: &[], reads: &[], writes: &[("UpdateVolume", update_volume)] };

fn update_volume(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = plain::update(call, VOLUME.plain())?;
    let now = call.now;
    let volume = call.change(&VOLUME, &id)?;
    let is_used = volume.fields["references"].as_array().is_some_and(|references| !references.is_empty());
    if is_used && volume.text("status") != "in_use" {
        let used = [("status".to_owned(), Value::from("in_use"))].into_iter().collect();
        volume.settle(now, Duration::ZERO, vec![used]);
    }
    Ok(answer)
}
