namespace NvgreGateway.Control.Offload;

/// <summary>What became of an <see cref="OffloadSwitch"/>.</summary>
/// <param name="Problem">Why it was refused; null = it is in force.</param>
/// <param name="RequiresRestart">Whether it was refused for want of a restart of the port, or needs one that was allowed.</param>
/// <param name="Changed">Whether anything is other than before (no-change is an answer too).</param>
/// <param name="Port">Index of the port; -1 if there is none of that name.</param>
public sealed record OffloadChange(string? Problem, bool RequiresRestart, bool Changed, int Port);
