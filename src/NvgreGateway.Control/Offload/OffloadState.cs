using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control.Offload;

/// <summary>One offload of a port: what the device says, what is wanted, what is in force, and why not more.</summary>
/// <param name="Word">Its name (C.6a).</param>
/// <param name="Name">The same.</param>
/// <param name="Device">What the device does of it: <c>plain</c>, <c>nvgre</c> (transmit) and <c>rx</c>.</param>
/// <param name="Asked"><c>on</c>, <c>off</c>, <c>tx</c> or <c>rx</c>.</param>
/// <param name="InForce">What is in force of it, in the words of <paramref name="Device"/>.</param>
/// <param name="Reason">Why not more is; null when all that is possible is.</param>
/// <param name="Checked">How what is sent was tested (C-073); null when nothing of it is in force, or for <c>replay</c>.</param>
public sealed record OffloadState(
    string Word, OffloadNames Name, IReadOnlyList<string> Device, string Asked, IReadOnlyList<string> InForce, string? Reason, string? Checked = null);
