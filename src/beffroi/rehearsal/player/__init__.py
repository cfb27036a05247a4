"""The rehearsal over real sockets: every gateway its own MQTT connection, trackers over HTTP, the clock over NATS."""
