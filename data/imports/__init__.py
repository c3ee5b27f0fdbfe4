"""Lists as offices really keep them: read, understood aloud, shown as a plan, then carried out."""
