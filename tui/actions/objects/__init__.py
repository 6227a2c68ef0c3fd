"""What can be done with the object or the field under the cursor that changes nothing."""
