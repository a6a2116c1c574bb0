"""What pages and answers show of the portal's things: the presenters, and the helpers that templates call."""
