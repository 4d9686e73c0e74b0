using System.Globalization;

namespace NvgreGateway.Control.Configuration;

/// <summary>A rate of flooded frames (F-045).</summary>
/// <param name="Value">Packets/s or kbit/s, from 1.</param>
/// <param name="IsKilobits">Kbit/s of tenant frames without tags and FCS; else packets/s.</param>
public readonly record struct StormRate(int Value, bool IsKilobits)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture) + (IsKilobits ? StormRateKind.Unit : string.Empty);
}
