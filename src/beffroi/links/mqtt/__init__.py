"""MQTT 3.1.1: readings of devices and gateways in, orders to gateways out."""
