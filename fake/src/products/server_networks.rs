//! Private networks of dedicated servers, with addresses of IPAM. The APIs of Elastic Metal and of Apple silicon have the same
//! requests for them.

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall};
use crate::facts::Named;
use crate::products::ipam::{self, Holder};
use crate::products::vpc::PRIVATE_NETWORK;
use crate::products::vpcgw::network::in_region;
use crate::response::ApiError;
use crate::store::Object;

/// The attachments of the servers of one product.
pub(crate) struct Attachments {
    /// The kind of the servers.
    pub server: &'static Named,
    /// The kind of the attachments.
    pub attached: &'static Named,
    /// The type of the attachments in IPAM.
    pub holder: &'static str,
    /// Rejects a server that cannot be attached.
    pub check: fn(&Call<'_>, &str) -> Result<(), ApiError>,
    /// The response for an attachment that does not exist.
    pub missing: fn() -> ApiError,
}

impl Attachments {
    pub(crate) fn list(&self, call: &mut ReadCall<'_>) -> Handled {
        call.list(self.attached)
    }

    pub(crate) fn add(&self, call: &mut Call<'_>) -> Handled {
        let (server, network) = (call.parameter("server_id"), call.need("private_network_id")?);
        call.settled(self.server, &server)?;
        (self.check)(call, &server)?;
        in_region(call, |call| call.find(&PRIVATE_NETWORK, &network).map(|_| ()))?;
        let booked = call.value("ipam_ip_ids", json!([])).as_array().cloned().unwrap_or_default();
        self.attach(call, &server, &network, &booked)?;
        let own = self.of_server(call, &server);
        let attached = own.iter().find(|attached| attached.text("private_network_id") == network);
        Ok(attached.map(|attached| call.show(self.attached, attached)).unwrap_or_default())
    }

    /// As recorded: a new attachment is `attaching` for some seconds.
    pub(crate) fn set(&self, call: &mut Call<'_>) -> Handled {
        let server = call.parameter("server_id");
        call.settled(self.server, &server)?;
        let requested = call.value("per_private_network_ipam_ip_ids", json!({}));
        let requested = requested.as_object().cloned().unwrap_or_default();
        if !requested.is_empty() {
            (self.check)(call, &server)?;
        }
        for network in requested.keys() {
            in_region(call, |call| call.find(&PRIVATE_NETWORK, network).map(|_| ()))?;
        }
        let addresses = |ids: &Value| ids.as_array().cloned().unwrap_or_default();
        let keeps = |attached: &Object| {
            requested.get(attached.text("private_network_id")).is_some_and(|ids| {
                addresses(ids).iter().all(|id| addresses(&attached.fields["ipam_ip_ids"]).contains(id))
            })
        };
        for attached in self.of_server(call, &server).iter().filter(|attached| !keeps(attached)) {
            self.detach(call, attached)?;
        }
        let kept: Vec<String> = self
            .of_server(call, &server)
            .iter()
            .filter(|attached| attached.text("status") != "detaching")
            .map(|attached| attached.text("private_network_id").to_owned())
            .collect();
        for (network, ids) in requested.iter().filter(|(network, _)| !kept.contains(network)) {
            self.attach(call, &server, network, &addresses(ids))?;
        }
        let shown: Vec<Value> = self
            .of_server(call, &server)
            .iter()
            .filter(|attached| attached.text("status") != "detaching")
            .map(|attached| call.show(self.attached, attached))
            .collect();
        Ok(json!({ "server_private_networks": shown }))
    }

    fn attach(&self, call: &mut Call<'_>, server: &str, network: &str, booked: &[Value]) -> Result<(), ApiError> {
        let (id, now) = (call.world.uuid(), call.timestamp());
        let (name, project) = {
            let server = call.find(self.server, server)?;
            (server.text("name").to_owned(), server.text("project_id").to_owned())
        };
        let booked: Vec<String> = booked.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
        let holder = Holder { kind: self.holder, id: &id, name: &name, tags: &[] };
        let addresses = in_region(call, |call| {
            if booked.is_empty() {
                return ipam::assign_both(call, network, &holder);
            }
            booked.iter().try_for_each(|id| ipam::assign_booked(call, id, &holder)).map(|()| booked.clone())
        })?;
        let fields = json!({
            "id": id,
            "server_id": server,
            "private_network_id": network,
            "project_id": project,
            "ipam_ip_ids": addresses,
            "vlan": 1745,
            "status": "attaching",
            "created_at": now,
            "updated_at": now,
        });
        let object = call.draft(self.attached, fields);
        call.insert(self.attached, object);
        call.transition(self.attached, &id, "attaching", json!({ "status": "attached" }))
    }

    /// As recorded, the response is empty.
    pub(crate) fn delete(&self, call: &mut Call<'_>) -> Handled {
        let (server, network) = (call.parameter("server_id"), call.parameter("private_network_id"));
        let own = self.of_server(call, &server);
        let attached = own.iter().find(|attached| attached.text("private_network_id") == network);
        self.detach(call, attached.ok_or_else(self.missing)?)?;
        Ok(Value::Null)
    }

    fn detach(&self, call: &mut Call<'_>, attached: &Object) -> Result<(), ApiError> {
        free(call, attached);
        let (now, over) = (call.now, call.world.settle);
        let attached = call.change(self.attached, &attached.id)?;
        attached.fields.extend(crate::call::object(json!({ "status": "detaching", "ipam_ip_ids": [] })));
        attached.vanish(now, over);
        Ok(())
    }

    /// Whether a server is attached to a private network.
    pub(crate) fn has_any(&self, call: &Call<'_>, server: &str) -> bool {
        self.of_server(call, server).iter().any(|attached| attached.text("status") != "detaching")
    }

    /// Detaches all private networks of a server that is deleted.
    pub(crate) fn release_all(&self, call: &mut Call<'_>, server: &str) {
        for attached in self.of_server(call, server) {
            free(call, &attached);
            call.world.store.remove_where(|object| object.kind == self.attached.name && object.id == attached.id);
        }
    }

    fn of_server(&self, call: &Call<'_>, server: &str) -> Vec<Object> {
        call.world.store.of(self.attached).filter(|attached| attached.text("server_id") == server).cloned().collect()
    }
}

fn free(call: &mut Call<'_>, attached: &Object) {
    let ids = attached.fields["ipam_ip_ids"].as_array().cloned().unwrap_or_default();
    for id in ids.iter().filter_map(Value::as_str) {
        in_region(call, |call| ipam::unassign(call, id));
    }
}
