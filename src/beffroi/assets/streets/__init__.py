"""Streets and addresses: the routable graph and the geocoder."""
