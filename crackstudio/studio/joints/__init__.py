"""Joints: each joins the session to one part of the window. Only `app` uses them."""
