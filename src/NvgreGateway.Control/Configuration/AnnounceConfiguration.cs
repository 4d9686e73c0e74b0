namespace NvgreGateway.Control.Configuration;

/// <summary>How the gateway tells others that its addresses are here; key <c>announce</c> (E-060).</summary>
public sealed record AnnounceConfiguration
{
    /// <summary>How often the first announcement is repeated, a second apart.</summary>
    public required int Repeats { get; init; }

    /// <summary>Seconds between later announcements; 0 = none.</summary>
    public required int IntervalSeconds { get; init; }
}
