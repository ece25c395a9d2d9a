"""The coordinator's screen: pages of the service for people, made from outcomes."""
