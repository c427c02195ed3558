//! Data Labs. Code is needed because workers have a root volume if there are any. The fake runs no Spark.

use serde_json::json;

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;

static DATALAB: Named = Named::new("datalab/datalab");

pub(crate) static PRODUCT: Product =
    Product { document: "datalab.v1beta1", kinds: &[], reads: &[], writes: &[("CreateDatalab", create)] };

fn create(call: &mut Call<'_>) -> Handled {
    if let Some(worker) = call.body.get_mut("worker") {
        worker["root_volume"] = json!({ "type": "sbs_5k", "size": 50_000_000_000_u64 });
    }
    plain::create(call, DATALAB.plain(), json!({}))
}
