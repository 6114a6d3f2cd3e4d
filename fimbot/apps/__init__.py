"""What is built on the flow: the hook, the review, the served endpoint, the doctor, the embedded model, the demo."""
