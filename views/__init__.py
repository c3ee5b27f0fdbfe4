"""What people see: screens in Flet, paper in forms."""
