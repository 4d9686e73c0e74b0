using System.Globalization;

namespace NvgreGateway.Control.Configuration;

/// <summary>VLANs from one id to another, both included (E-022).</summary>
/// <param name="First">1 to 4094.</param>
/// <param name="Last">1 to 4094, not below the first.</param>
public sealed record VlanRange(int First, int Last)
{
    /// <summary>How many VLANs.</summary>
    public int Count => Last - First + 1;

    /// <summary>The VLAN ids in order.</summary>
    public IEnumerable<int> Ids => Enumerable.Range(First, Count);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
