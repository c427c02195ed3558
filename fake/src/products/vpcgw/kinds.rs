//! The kinds of objects, and the fields of a gateway that other objects give.

use serde_json::{Map, Value};

use crate::store::{Kind, Missing, Object, Store};

pub(super) static GATEWAY: Kind = Kind {
    srn: Some("vpc-gw"),
    view: Some(show_parts),
    transient: &["allocating", "configuring", "stopping", "deleting"],
    ..Kind::new("vpcgw/gateway", "Gateway", "gateways", Missing::Labelled("gateway"))
};

pub(crate) static GATEWAY_NETWORK: Kind = Kind {
    srn: Some("vpc-gw"),
    transient: &["created", "attaching", "configuring", "detaching"],
    ..Kind::new("vpcgw/gateway_network", "GatewayNetwork", "gateway_networks", Missing::Labelled("gateway_network"))
};

pub(super) static IP: Kind =
    Kind { srn: Some("vpc-gw"), ..Kind::new("vpcgw/ip", "IP", "ips", Missing::Labelled("ip")) };

fn show_parts(store: &Store, gateway: &Object, shown: &mut Map<String, Value>) {
    let address = store.get(&IP, &gateway.locality, gateway.hidden_text("ip_id"));
    shown.insert("ipv4".to_owned(), address.map_or(Value::Null, |address| Value::Object(store.show(&IP, address))));
    let networks = store.of(&GATEWAY_NETWORK).filter(|network| network.text("gateway_id") == gateway.id);
    let networks: Value = networks.map(|network| Value::Object(store.show(&GATEWAY_NETWORK, network))).collect();
    shown.insert("gateway_networks".to_owned(), networks);
}
