namespace NvgreGateway.Control.Configuration;

/// <summary>The values that were read for one object, on the way to its record.</summary>
internal sealed class SettingValues(int count, ReadContext context)
{
    private readonly object?[] values = new object?[count];
    private readonly bool[] present = new bool[count];

    public ReadContext Context => context;

    /// <summary>Keeps a value; <paramref name="isPresent"/> tells whether the key stands in the file, readable or not.</summary>
    public void Set(int slot, object? value, bool isPresent)
    {
        values[slot] = value;
        present[slot] = isPresent;
    }

    public bool IsPresent<TOwner>(Setting<TOwner> setting) => present[setting.Slot];

    public T Get<TOwner, T>(Setting<TOwner, T> setting) => (T)values[setting.Slot]!;
}
