namespace NvgreGateway.Control;

/// <summary>What became of a configuration that was to be applied.</summary>
/// <param name="Accepted">Whether it is in force now; if not, nothing changed.</param>
/// <param name="Changed">Whether anything changed: an equal configuration changes nothing (F-004).</param>
/// <param name="Problems">Why it was refused, one line each, beginning with the JSON path.</param>
public sealed record ReloadResult(bool Accepted, bool Changed, IReadOnlyList<string> Problems);
