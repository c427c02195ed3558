//! Autoscaling of Instances. Code is needed because an update of a group changes parts of its limits and of its load balancer. The fake
//! creates no servers.

use serde_json::Value;

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;

static GROUP: Named = Named::new("autoscaling/instance_group");

pub(crate) static PRODUCT: Product =
    Product { document: "autoscaling.v1alpha1", kinds: &[], reads: &[], writes: &[("UpdateInstanceGroup", update)] };

fn update(call: &mut Call<'_>) -> Handled {
    let current = call.find(&GROUP, &call.id())?.fields.clone();
    for part in ["capacity", "loadbalancer"] {
        let (Some(Value::Object(given)), Some(Value::Object(before))) = (call.body.get_mut(part), current.get(part))
        else {
            continue;
        };
        for (name, value) in before {
            given.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    plain::update(call, GROUP.plain())
}
