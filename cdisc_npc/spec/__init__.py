"""What is to be made: the study's specification and the standards' facts."""
