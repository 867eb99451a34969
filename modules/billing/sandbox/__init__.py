"""The local Stripe peer: a small stateful server on loopback that speaks the part of Stripe's HTTP API we call.

It is a package of its own: no Django model, no Django setting. The demo runs it as a companion, the tests start it in a
thread (`modules.billing.sandbox.server.Sandbox`). No money moves here, ever.
"""
